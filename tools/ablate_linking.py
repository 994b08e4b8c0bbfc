"""Say what each kind of evidence brings to the linking: leave it out, train again, measure.

    python -m tools.ablate_linking [PAIRS_DIR] [--reports DIR] [--held-out]

Prints the table of ``docs/linking-quality.md``: the tuned pairs by a model that other pairs taught (cross-validated), the pairs
held out by the model of all tuned ones; then the reliability of the score on the tuned pairs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.linking_gold import GoldPair, load_pairs
from tools.measure_linking import PAIRS, Measure, measure
from tools.train_linking import Lesson, lesson_of, train_on

KINDS: dict[str, tuple[str, ...]] = {
    "共有的名词（覆盖、最长词、反向覆盖）": ("cover", "scattered", "sentence", "objects", "longest", "told", "reverse", "reverse_best", "rare_missing", "rare_told", "rare_untold", "size", "length"),
    "中心词与限定词": ("heads", "qualifiers", "thing_missing", "head_missing"),
    "名称：文件名、简称、同类异名、换词": ("title", "title_other", "title_missing", "short_name", "contrast", "sibling", "replaced", "unnamed", "honour_other", "paper_missing"),
    "单字、隔字与同类概念": ("chars", "soft", "concepts"),
    "数字与单位": ("unit", "unit_missing", "number", "rate_missing", "growth_missing", "counted", "ratio"),
    "常与相同的词一同出现的词": ("topic", "topic_clause"),
    "所在部分的主题": ("theme", "lead", "away"),
    "更合适的另一项承诺": ("rival", "taken", "contested"),
    "段落与整个事项相像": ("paragraph", "paragraph_cover"),
    "做法（动词族）": ("verb", "verb_other"),
    "清单成员": ("elements", "member"),
    "二次判断：与次好一句的差距": ("margin",),
    "二次判断：同一事项的其他承诺也在这一段": ("company",),
}  # fmt: skip
FOLDS = 4
BINS = 5


def cross(pairs: Sequence[GoldPair], lessons: Sequence[Lesson], without: tuple[str, ...]) -> Measure:
    """Measure each pair with a model that the pairs of the other folds taught."""
    total = Measure()
    for fold in range(FOLDS):
        model = train_on([one for at, one in enumerate(lessons) if at % FOLDS != fold], without)
        total.add(measure([pair for at, pair in enumerate(pairs) if at % FOLDS == fold], model))
    return total


def rows(pairs: Sequence[GoldPair], held_out: Sequence[GoldPair]) -> Iterator[str]:
    """Yield the lines of the table."""
    lessons = [lesson_of(pair) for pair in pairs]
    titles = [
        f"{name}{group}" for group in ("", "（留出）")[: 1 + bool(held_out)] for name in ("AUC", "依据@1", "结论")
    ]
    yield "| 去掉 | " + " | ".join(titles) + " |"
    yield "| --- |" + " --- |" * len(titles)
    whole: Measure | None = None
    for name, kind in {"（不去掉）": (), **KINDS}.items():
        without = (*kind, *(f"standing_{feature}" for feature in kind))
        tuned = cross(pairs, lessons, without)
        whole = whole or tuned
        results = [tuned, *([measure(held_out, train_on(lessons, without))] if held_out else [])]
        cells = [
            f"{value:.3f}" for one in results for value in (one.auc, one.rate("evidence_at_1"), one.rate("outcome"))
        ]
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""
    yield from reliability(whole or Measure())


def reliability(result: Measure) -> Iterator[str]:
    """Yield how often the report did speak of the promise, by the score it was given."""
    yield "| 分数 | 承诺数 | 平均分数 | 确实提及 |"
    yield "| --- | --- | --- | --- |"
    shown = [(score, 1) for score in result.positives] + [(score, 0) for score in result.negatives]
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = [pair for pair in shown if low <= pair[0] < high or (high == 1 and pair[0] == 1)]
        if inside:
            mean, share = (sum(pair[at] for pair in inside) / len(inside) for at in (0, 1))
            yield f"| {low:.1f}—{high:.1f} | {len(inside)} | {mean:.2f} | {share:.2f} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Say what each kind of evidence brings to the linking.")
    parser.add_argument("folder", type=Path, nargs="?", default=PAIRS)
    parser.add_argument("--reports", type=Path, help="where the texts of single-file pairs lie")
    parser.add_argument("--held-out", action="store_true", help="measure on the pairs held out as well")
    arguments = parser.parse_args()
    pairs = load_pairs(arguments.folder, arguments.reports)
    held_out = [pair for pair in pairs if pair.held_out] if arguments.held_out else []
    for line in rows([pair for pair in pairs if not pair.held_out], held_out):
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
