"""The same promise again: what is alike and what is not, measured on a labelled set of which a third was kept aside."""

from __future__ import annotations

import itertools
import random
import re
import time
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tracker.domain.promise_marks import Change, ChangeKind, side_by_side
from tracker.domain.promise_search import (
    CANDIDATES,
    Folds,
    StoredPromise,
    earlier_years,
    find_again,
    find_alike,
    rank_candidates,
)
from tracker.domain.repeated_promises import Overlap, overlap
from tracker.language.folding import Folded, fold, sketch, token_spans
from tracker.language.lexicon import load_lexicon

LABELLED = tomllib.loads(
    (Path(__file__).resolve().parents[1] / "golden" / "alike" / "items.toml").read_text(encoding="utf-8")
)
ITEMS: list[str] = LABELLED["items"]
OTHER_WORDS = {
    "开展": "组织",
    "加强": "强化",
    "完善": "健全",
    "建立": "建立健全",
    "不少于": "至少",
    "年底前": "12月底前",
    "落实": "抓好",
    "推行": "实行",
}
PARTS = ("tuned", "aside")
LEAST = 0.95


@cache
def folded(text: str) -> Folded:
    return fold(text, load_lexicon())


def compared(left: str, right: str) -> Overlap:
    return overlap(folded(left), folded(right))


def kept(part: str) -> list[str]:
    return [text for number, text in enumerate(ITEMS) if (number % 3 == 2) == (part == "aside")]


def pairs(name: str, part: str) -> list[tuple[str, str]]:
    return [(left, right) for left, right, which in LABELLED[name] if which == part]


# ---- ways of writing a promise again --------------------------------------------------------------------------------


def other_numbers(text: str, dice: random.Random) -> str:
    return re.sub(r"\d+", lambda found: str(int(found[0]) + dice.randint(1, 5)), text)


def other_words(text: str, dice: random.Random) -> str:
    present = [word for word in OTHER_WORDS if word in text]
    for word in dice.sample(present, min(3, len(present))):
        text = text.replace(word, OTHER_WORDS[word], 1)
    return text


def other_order(text: str, dice: random.Random) -> str:
    clauses = [clause for clause in re.split("[，。]", text) if clause]
    dice.shuffle(clauses)
    return "，".join(clauses) + "。"


def other_unit(text: str, _dice: random.Random) -> str:
    return "结合我局实际，" + text.replace("镇", "街道").replace("村", "社区")


def clause_dropped(text: str, dice: random.Random) -> str:
    clauses = [clause for clause in re.split("(?<=[，。])", text) if clause]
    if len(clauses) > 3:
        clauses.pop(dice.randrange(len(clauses)))
    return "".join(clauses) + "确保取得实效。"


WAYS = (other_numbers, other_words, other_order, other_unit, clause_dropped)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_promise_written_again_is_found(part: str, way) -> None:  # type: ignore[no-untyped-def]
    found = [compared(text, way(text, random.Random(number))) for number, text in enumerate(kept(part))]
    assert sum(one.is_again for one in found) >= LEAST * len(found)
    assert sum(one.left.is_alike for one in found) >= LEAST * len(found)


@pytest.mark.parametrize("part", PARTS)
def test_different_promises_are_not_taken_for_one(part: str) -> None:
    everything = list(itertools.combinations(kept(part), 2))
    assert [pair for pair in everything if compared(*pair).is_again or compared(*pair).left.is_alike] == []


@pytest.mark.parametrize(("part", "again", "alike"), [("tuned", 7, 7), ("aside", 7, 6)])
def test_the_same_in_other_words(part: str, again: int, alike: int) -> None:
    found = [compared(*pair) for pair in pairs("same", part)]
    assert sum(one.is_again for one in found) >= again
    assert sum(one.left.is_alike for one in found) >= alike


@pytest.mark.parametrize(("part", "wrong"), [("tuned", 0), ("aside", 1)])
def test_set_phrases_alone_make_nothing_alike(part: str, wrong: int) -> None:
    both_ways = [pair for left, right in pairs("different", part) for pair in ((left, right), (right, left))]
    assert [pair for pair in both_ways if compared(*pair).left.is_alike] == []
    assert len([pair for pair in pairs("different", part) if compared(*pair).is_again]) <= wrong


def test_a_short_item_in_everybodys_words_is_not_alike() -> None:
    text = "深入学习贯彻习近平法治思想，落实行政执法三项制度。"
    both = compared(text, text)
    assert both.is_again
    assert not both.left.is_alike


# ---- candidates -----------------------------------------------------------------------------------------------------


def test_sketches_lead_to_what_is_alike() -> None:
    """Every item written again is among the few candidates that share numbers of its sketch."""
    index: dict[int, list[int]] = {}
    for number, text in enumerate(ITEMS):
        for mark in sketch(folded(text)):
            index.setdefault(mark, []).append(number)
    missed = [
        (way.__name__, text)
        for way in WAYS
        for number, text in enumerate(ITEMS)
        if number not in rank_candidates(sketch(folded(way(text, random.Random(number)))), index)
    ]
    assert len(missed) <= (1 - LEAST) * len(WAYS) * len(ITEMS)


def test_a_sketch_is_the_same_everywhere() -> None:
    """The numbers lie in databases: another way of making them needs all of them made anew."""
    assert sketch(folded("每季度抽查执法案卷不少于20卷。"))[:3] == (-1523300754, 28641593, 143161374)
    assert len(sketch(folded("。"))) <= 1


def test_rare_numbers_count_more_and_candidates_are_few() -> None:
    postings = {1: list(range(100, 164)), 2: list(range(100, 164)), 3: [7]}
    ranked = rank_candidates([1, 2, 3], postings)
    assert ranked[0] == 7
    assert len(ranked) == CANDIDATES
    assert ranked[1] == 163  # of equals the newest


def test_another_years_item_of_the_unit_and_the_best_of_another_unit() -> None:
    text = ITEMS[1]
    new = StoredPromise(1, 10, 2026, text)
    folds = Folds(load_lexicon(), {})
    again = find_again([new], [StoredPromise(2, 10, 2024, other_numbers(text, random.Random(1)))], folds)
    assert [(one.promise_id, one.other_id, one.again) for one in again] == [(1, 2, True), (2, 1, True)]
    assert find_again([new], [StoredPromise(3, 10, 2026, text)], folds) == []  # the same year's
    others = [StoredPromise(4, 11, 2026, text[:45]), StoredPromise(5, 11, 2025, text), StoredPromise(6, 12, 2025, "。")]
    alike = find_alike(new, [new, *others], folds)
    assert [(one.promise_id, one.other_id, one.share) for one in alike] == [(1, 5, 1.0), (5, 1, 1.0)]


def test_each_unit_sees_its_own_share() -> None:
    """An item that is part of a longer one repeats it; the longer one does not repeat the short one."""
    short, long = ITEMS[3], ITEMS[3] + ITEMS[8] + ITEMS[13]
    folds = Folds(load_lexicon(), {})
    found = find_alike(StoredPromise(1, 10, 2026, short), [StoredPromise(2, 11, 2026, long)], folds)
    assert [(one.promise_id, one.other_id) for one in found] == [(1, 2)]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ({}, []),
        ({4: [3], 3: [4, 2], 2: [3]}, [(2023, 2), (2024, 3)]),  # over the years between
        ({4: [1], 1: [4]}, [(2022, 1)]),  # a year left out
        ({4: [5], 5: [4]}, []),  # a later one is none
        ({4: [3, 31], 3: [4], 31: [4]}, [(2024, 3)]),  # one a year
    ],
)
def test_the_chain_of_years(links: dict[int, list[int]], expected: list[tuple[int, int]]) -> None:
    years = {1: 2022, 2: 2023, 3: 2024, 31: 2024, 4: 2025, 5: 2026}
    assert earlier_years(4, links, years) == expected


# ---- side by side ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ("全年组织执法人员培训2次。", "全年组织执法人员培训4次。", [Change(ChangeKind.AMOUNT, "4次", "2次")]),
        (
            "9月底前完成案卷评查工作。",
            "6月底前完成案卷评查工作。",
            [Change(ChangeKind.TIME, "6月底前", "9月底前")],
        ),
        ("（二）编印法律读本发放到户。", "（一）编印法律读本发放到户。", []),
        (
            "编印法律读本发放到户，录制方言音频。",
            "编印法律读本发放到户。",
            [Change(ChangeKind.ADDED, "", "录制方言音频")],
        ),
        (
            "建成实践基地。8月底前布展完成。",
            "年内建成实践基地1个。",
            [
                Change(ChangeKind.LEFT_OUT, "年内", ""),
                Change(ChangeKind.LEFT_OUT, "1个", ""),
                Change(ChangeKind.ADDED, "", "8月底前布展完成"),
            ],
        ),
    ],
)
def test_changes(here: str, there: str, expected: list[Change]) -> None:
    assert list(side_by_side(here, there, load_lexicon()).changes) == expected


def test_pieces_are_the_whole_text_with_what_both_have_marked() -> None:
    here, there = "组织培训，抽查案卷20卷。", "每季度抽查案卷30卷，再组织培训。"
    found = side_by_side(here, there, load_lexicon())
    assert "".join(piece.text for piece in found.here) == here
    assert "".join(piece.text for piece in found.there) == there
    assert [piece.text for piece in found.here if piece.differs] == ["20"]
    assert "抽查案卷" in [piece.text for piece in found.there if piece.shared]


@pytest.mark.parametrize(
    "text", [*ITEMS[:5], "ABC#@x_我镇百分之五十３个３.5万行政执法三项制度", "", "。", "\x01\x02甲"]
)
def test_every_token_stands_somewhere(text: str) -> None:
    spans = token_spans(text, load_lexicon())
    assert len(spans) == len(folded(text).tokens) == len(folded(text).own)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize("text", ["一" * 50_000, "啊" * 50_000, "（" * 50_000, "开展培训" * 12_000, "全我本" * 16_000])
def test_hostile_text_is_quick(text: str) -> None:
    began = time.process_time()
    side_by_side(text, text[1:], load_lexicon())
    sketch(fold(text, load_lexicon()))
    assert time.process_time() - began < 2
