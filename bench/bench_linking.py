"""Linking against the time jieba needs to cut both texts: hand-judged pairs, a large pair, an area of 2,000 units.

The folder of published reports named in ``BENCH_REPORTS`` adds the pairs whose texts lie there.
"""

from __future__ import annotations

import logging
import os
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, alternate, milliseconds, ratio
from tools.linking_gold import GoldPair, load_pairs, read_text
from tools.measure_linking import PAIRS
from tracker.domain.documents import ReportReading
from tracker.domain.matching import link_reports
from tracker.language.lexicon import load_lexicon

UNITS = 2_000
ITEMS = 30
SENTENCES = 300
FEW = 200
HEAD = "{unit}\n关于{year}年度法治政府建设情况的报告\n\n一、{year}年工作情况\n{work}\n二、存在的问题\n一是信息化程度有待提高。\n三、{next_year}年工作计划\n{plan}\n"


def figures() -> Iterator[Figure]:
    """Measure."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    reports = os.environ.get("BENCH_REPORTS")
    pairs = load_pairs(PAIRS, Path(reports) if reports else None)
    lexicon = load_lexicon()
    cut = lambda: [list(jieba.cut(pair.earlier.text + pair.later.text)) for pair in pairs]  # noqa: E731
    link = lambda: [link_reports(pair.earlier, pair.later, lexicon) for pair in pairs]  # noqa: E731
    yield ratio("P15", f"对照 {len(pairs)} 对报告 ÷ 各分词一遍", link, cut, limit=10, rounds=5)
    earlier, later = synthetic_pair(pairs, random.Random(0), SENTENCES)
    yield ratio(
        "P15",
        f"对照 {ITEMS} 项 × {SENTENCES} 句 ÷ 分词",
        lambda: link_reports(earlier, later, lexicon),
        lambda: list(jieba.cut(earlier.text + later.text)),
        limit=10,
        rounds=7,
    )
    yield growth(pairs)
    yield from area(pairs)


def synthetic_pair(pairs: list[GoldPair], chance: random.Random, sentences: int) -> tuple[ReportReading, ReportReading]:
    """A pair of reports made of the promises and the sentences of hand-judged ones, drawn at random."""
    promises = [
        one.text.strip("，。；\n").replace("\n", "")
        for pair in pairs
        for item in pair.earlier.items
        for one in item.commitments
    ]
    claims = [
        line.strip()
        for pair in pairs
        for line in pair.later.text.replace("。", "。\n").split("\n")
        if 12 <= len(line) <= 90
    ]
    plan = "\n".join(f"{number}.{text}。" for number, text in enumerate(chance.sample(promises, ITEMS), 1))
    following = "\n".join(f"{number}.{text}。" for number, text in enumerate(chance.sample(promises, ITEMS), 1))
    work = "\n".join(chance.choices(claims, k=sentences))
    one = HEAD.format(unit="柳河镇人民政府", year=2023, next_year=2024, work=work[:400], plan=plan)
    two = HEAD.format(unit="柳河镇人民政府", year=2024, next_year=2025, work=work, plan=following)
    return read_text(one), read_text(two)


def growth(pairs: list[GoldPair]) -> Figure:
    """How much longer a sentence takes where the report has ten times as many."""
    lexicon = load_lexicon()
    few = synthetic_pair(pairs, random.Random(1), SENTENCES // 5)
    many = synthetic_pair(pairs, random.Random(1), SENTENCES * 2)
    one, two = alternate(lambda: link_reports(*few, lexicon), lambda: link_reports(*many, lexicon), rounds=5, warm_up=1)
    detail = f"{milliseconds(one.median)} → {milliseconds(two.median)}"
    return Figure("", "句数增至 10 倍，每句用时之比", two.median / one.median / 10, limit=1.2, detail=detail)


def area(pairs: list[GoldPair]) -> Iterator[Figure]:
    """A whole area, unit by unit: throughput, growth with the number of units, memory."""
    lexicon = load_lexicon()
    chance = random.Random(2)
    made = [synthetic_pair(pairs, chance, 40) for _ in range(25)]
    link_reports(*made[0], lexicon)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    first = 0.0
    for number in range(UNITS):
        if number == FEW:
            first = time.process_time() - began
        link_reports(*made[number % len(made)], lexicon)
    whole = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield Figure(
        "P18",
        f"{UNITS} 个单位 × {ITEMS} 项（短报告）",
        UNITS / whole,
        "对/秒",
        limit=5,
        at_least=True,
        detail=f"共 {whole:.0f} 秒处理器时间",
    )
    yield Figure("P17", f"每单位用时：{UNITS} 个 ÷ 前 {FEW} 个", whole / UNITS / (first / FEW), limit=1.2)
    yield Figure("P18", "内存增加", grown, "MB", limit=50)
