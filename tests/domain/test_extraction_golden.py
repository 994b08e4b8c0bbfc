"""The golden reports put a floor under precision and recall; every quote is verbatim."""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.domain.extraction_cases import document
from tracker.domain.documents import ReportReading
from tracker.domain.evaluation import ReadingScore, score_reading
from tracker.domain.extraction import read_report
from tracker.domain.scores import Ratio, Tally
from tracker.language.lexicon import load_lexicon

GOLDEN = Path(__file__).parents[1] / "golden"
REPORTS = sorted(GOLDEN.glob("*/*.json"))


@cache
def reading_of(path: Path) -> ReportReading:
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    return read_report(document(text), load_lexicon())


@cache
def score_of(path: Path) -> ReadingScore:
    gold: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return score_reading(reading_of(path), gold)


def total(folder: str) -> tuple[dict[str, Tally], dict[str, Ratio]]:
    tallies: dict[str, Tally] = {}
    ratios: dict[str, Ratio] = {}
    for path in sorted((GOLDEN / folder).glob("*.json")):
        score = score_of(path)
        for key, tally in score.tallies.items():
            tallies[key] = tallies.get(key, Tally()) + tally
        for key, ratio in score.ratios.items():
            ratios[key] = ratios[key] + ratio if key in ratios else ratio
    return tallies, ratios


@pytest.mark.parametrize("folder", ["tuned", "held_out"])
def test_precision_and_recall(folder: str) -> None:
    tallies, ratios = total(folder)
    for key, floor in {"items": 0.97, "problems": 0.97, "quantities": 0.95, "sections": 0.95}.items():
        assert (tallies[key].precision or 0) >= floor, key
        assert (tallies[key].recall or 0) >= floor, key
    assert (tallies["quantity_values"].recall or 0) >= 0.97
    assert (tallies["answers"].precision or 0) >= 0.85
    assert (tallies["answers"].recall or 0) >= 0.85
    for key, floor in {
        "unit": 1.0,
        "plan_year": 1.0,
        "deadline": 0.97,
        "deadline_from": 0.95,
        "responsible": 0.97,
        "vague": 0.9,
    }.items():
        assert (ratios[key].accuracy or 0) >= floor, key


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_every_quote_is_verbatim(path: Path) -> None:
    reading = reading_of(path)
    for section in reading.sections:
        assert section.heading in reading.text
        assert section.span.of(reading.text).strip()
    for problem in reading.problems:
        assert problem.text == problem.span.of(reading.text)
    for item in reading.items:
        assert item.text == item.span.of(reading.text)
        assert item.title is None or item.title in item.text
        for commitment in item.commitments:
            assert commitment.text == commitment.span.of(reading.text)
            assert item.span.contains(commitment.span)
            assert all(quantity.span and commitment.span.contains(quantity.span) for quantity in commitment.quantities)
        if item.responsible or item.supporting:
            assert item.responsible_span is not None
            named = item.responsible_span.of(reading.text).replace("\n", "")
            assert (*item.responsible, *item.supporting)[0] in named
        if item.deadline.span is not None:
            assert item.deadline.span.of(reading.text).strip()


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_items_follow_one_another(path: Path) -> None:
    items = reading_of(path).items
    assert [item.id for item in items] == [f"i{number}" for number in range(1, len(items) + 1)]
    assert all(before.span.end <= after.span.start for before, after in itertools.pairwise(items))
