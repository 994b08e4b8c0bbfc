"""The golden reports: their annotations quote verbatim, and what the reading reaches on the tuned part stays reached."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tools.measure_extraction import GOALS, GOLDEN, GOVERNMENT_WORK, PARTS, Measure, load, measure
from tracker.domain.gold import AnchoredText, fold_quote, place_items

FILES = sorted(GOLDEN.glob("*/*.json"))
FLOORS = {
    "items, precision": 0.99,
    "items, recall": 0.99,
    "deadline": 0.985,
    "deadline, source": 0.98,
    "milestones, recall": 0.95,
    "quantities (value, unit), recall": 0.985,
    "quantities (all), precision": 0.95,
    "quantities (all), recall": 0.97,
    "responsible units": 0.99,
    "supporting units": 0.99,
    "problems, precision": 0.985,
    "problems, recall": 0.985,
    "unit": 1.0,
    "report year": 1.0,
    "plan year": 1.0,
    "answers, precision": 0.89,
    "answers, recall": 0.90,
    "vague": 0.96,
    "inline": 1.0,
    "sections, precision": 0.985,
    "sections, recall": 0.985,
}


def read(path: Path) -> tuple[str, dict[str, Any]]:
    return path.with_suffix(".txt").read_text(encoding="utf-8"), json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tuned() -> Measure:
    return measure(GOLDEN / "tuned", load(GOLDEN / "tuned"))


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.name)
def test_the_tuned_part_stays_read(tuned: Measure, goal: Any) -> None:
    found = tuned.rate(goal)
    assert found is not None
    assert found[0] >= FLOORS[goal.name]


def test_a_part_is_kept_aside() -> None:
    folders = [path.parent.name for path in FILES]
    assert set(folders) == set(PARTS)
    assert 0.2 <= sum(folder != "tuned" for folder in folders) / len(folders) <= 0.5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_annotations_quote_the_text_in_order(path: Path) -> None:
    text, gold = read(path)
    folded = fold_quote(text)
    assert gold["file"] == path.with_suffix(".txt").name
    for quote in [entry["heading"] for entry in gold["sections"]] + list(gold["not_items"]):
        assert fold_quote(quote) in folded, quote
    for problem in gold["problems"]:
        assert fold_quote(problem["text"]) in folded, problem
    plan_start = min((text.find(s["heading"]) for s in gold["sections"] if s["kind"] == "plan"), default=0)
    placed = place_items(AnchoredText(text), gold["items"], 0 if _has_inline(gold) else max(0, plan_start))
    assert [item.id for item in placed] == [entry["id"] for entry in gold["items"]]
    assert all(left.body.end <= right.body.start for left, right in pairwise(placed))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_annotations_hold_together(path: Path) -> None:
    _, gold = read(path)
    problems = [problem["id"] for problem in gold["problems"]]
    answered = {problem for item in gold["items"] for problem in item.get("answers", ())}
    assert len({item["id"] for item in gold["items"]}) == len(gold["items"])
    assert len(set(problems)) == len(problems)
    assert answered <= set(problems)
    assert set(gold.get("unanswered_problems", set(problems) - answered)) == set(problems) - answered
    for item in gold["items"]:
        assert item.get("deadline_from", "text") in ("text", "plan_year")
        assert item["deadline"] >= f"{gold['report_year']}-12-31" or item.get("deadline_from") == "text"
        assert item["deadline"] not in item.get("milestones", ())
        assert not (item["vague"] and item["quantities"])


def _has_inline(gold: dict[str, Any]) -> bool:
    return any(item.get("inline") for item in gold["items"])


@pytest.mark.parametrize("path", sorted(GOVERNMENT_WORK.glob("*.json")), ids=lambda path: path.stem)
def test_labels_of_foreign_texts_quote_short_anchors_only(path: Path) -> None:
    gold = json.loads(path.read_text(encoding="utf-8"))
    quotes = [gold["from"], gold["to"], *(problem["text"] for problem in gold.get("problems", ()))]
    quotes += [item[key] for item in gold["items"] for key in ("starts", "ends")]
    assert all(len(quote) <= 12 for quote in quotes)
