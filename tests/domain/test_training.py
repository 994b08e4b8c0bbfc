"""Learning weights: drawn to the prior, the same to the last digit, written and read without a loss; what a decision teaches."""

from __future__ import annotations

import pytest

from tests.services.test_links import ANSWER, PLAN
from tracker.domain.documents import Document, Outcome, ReportReading, Span
from tracker.domain.extraction import read_report
from tracker.domain.matching.lessons import Agreement, Case, Judged, agreement, lessons_of, part_cases
from tracker.domain.matching.logistic import fit
from tracker.domain.matching.training import NOTHING, fingerprint, retrain, to_toml
from tracker.domain.matching.words import load_model, parse_model
from tracker.language.lexicon import load_lexicon


def read(text: str, year: int) -> ReportReading:
    return read_report(Document(text, (), "text"), load_lexicon(), report_year=year)


def span(words: str) -> Span:
    at = ANSWER.index(words)
    return Span(at, at + len(words))


STATION = "镇公共法律服务工作站于10月建成并投入使用"
FORCE = "9月新增持证执法人员4名，组织执法业务培训5次"


@pytest.fixture(scope="module")
def case() -> Case:
    judged = {
        "i1": Judged(Outcome.PARTIAL, (span(FORCE),)),
        "i2": Judged(Outcome.NOT_MENTIONED, (), frozenset({"i1"})),
        "i3": Judged(Outcome.DONE, (span(STATION),)),
        "i4": Judged(Outcome.NOT_MENTIONED),
    }
    return Case("1/2026", read(PLAN, 2025).items, 2026, read(ANSWER, 2026), judged)


def test_without_rows_the_prior_stays():
    assert fit([], {"a": 1.25, "b": -2.0}) == {"a": 1.25, "b": -2.0}


def test_rows_move_the_weights_and_strength_holds_them():
    rows = [({"a": 1.0}, 1)] * 8 + [({"a": 0.0, "b": 1.0}, 0)] * 8
    loose, firm = fit(rows, {"a": 0.0, "b": 0.0}), fit(rows, {"a": 0.0, "b": 0.0}, strength=50.0)
    assert loose["a"] > firm["a"] > 0 > firm["b"] > loose["b"]


def test_what_a_decision_teaches(case):
    """The confirmed passage is right, the others wrong; a silent promise has no right one; the repeated item is one."""
    lessons = lessons_of(case, load_model())
    assert sum(label for _, label in lessons.answers) >= 2
    assert set(lessons.cases[0].mentioned.values()) == {True, False}
    assert sum(label for _, label in lessons.repeats) == 1


def test_the_same_decisions_give_the_same_weights(case):
    models = [retrain(lessons_of(case, load_model()), load_model(), 5.0) for _ in range(2)]
    assert to_toml(models[0]) == to_toml(models[1])
    assert fingerprint(models[0]) != fingerprint(load_model())
    assert retrain(NOTHING, load_model(), 5.0).answer == load_model().answer


def test_a_model_is_written_and_read_without_a_loss():
    model = load_model()
    text = to_toml(model, ("A line",), {"base": fingerprint(model), "decisions": 3})
    again = parse_model(text)
    assert again == model
    assert fingerprint(again) == fingerprint(model)


def test_agreement_counts_what_people_decided(case):
    found = agreement([case], load_model(), load_lexicon())
    assert found.right == found.total == {"mentioned": 4, "outcome": 4, "evidence_at_1": 2, "repeated": 4}
    assert found.auc == 1.0


@pytest.mark.parametrize(
    ("right", "auc", "better"),
    [
        ({"mentioned": 9}, 0.9, True),
        ({"mentioned": 9, "outcome": 4}, 0.9, False),
        ({}, 0.9, False),
        ({}, 0.95, True),
        ({"mentioned": 9}, 0.8, False),
    ],
)
def test_better_is_nothing_worse_and_something_better(right, auc, better, monkeypatch):
    old = Agreement({"mentioned": 8, "outcome": 5, "evidence_at_1": 3, "repeated": 2})
    new = Agreement({**old.right, **right})
    monkeypatch.setattr(Agreement, "auc", property(lambda self: auc if self is new else 0.9))
    assert new.is_better_than(old) is better


def test_reports_are_parted_the_same_way_each_time(case):
    cases = [Case(f"{number}/2026", (), 2026, case.later, {}) for number in range(9)]
    learning, measuring = part_cases(cases)
    assert (len(learning), len(measuring)) == (6, 3)
    assert part_cases(cases[::-1])[1] == measuring[::-1]
    assert part_cases(cases[:1]) == (cases[:1], [])
