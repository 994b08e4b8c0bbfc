"""Training on what people decided: cases rebuilt after edits and corrections, weights adopted, used, named, taken back."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from tests.services.test_links import ANSWER, PLAN, correct, decided, file_report, link_about
from tests.support.factories import NOW, actor, make_county
from tracker.db.models import AuditEntry, LinkDecision, TaskLink
from tracker.domain.documents import Outcome
from tracker.domain.formats import reading_from_dict
from tracker.domain.matching.training import fingerprint, to_toml
from tracker.domain.matching.words import load_model
from tracker.services import training
from tracker.services.linking import comparisons_for, propose_links, store_links
from tracker.services.linking_model import BROKEN, OUTDATED, comparer, model_in_force
from tracker.services.links import LinkAnswer, NextPlan, confirm_link, reopen_decision
from tracker.services.training import (
    TooFewDecisions,
    cases_of,
    keep_comparison,
    overview,
    train,
    write_model,
)


@pytest.fixture
def county(session):
    return make_county(session)


@pytest.fixture
def plan(session, county):
    return file_report(session, county.township, county.officer, PLAN, 2025, propose=True)


@pytest.fixture
def answer(session, county, plan):
    report = file_report(session, county.township, county.officer, ANSWER, 2026, propose=True)
    propose_links(session, report, now=NOW)
    return report


@pytest.fixture
def two_units(session, county, answer, monkeypatch):
    """Decisions on two reports, enough to train on."""
    monkeypatch.setattr(training, "LEAST_DECISIONS", 6)
    decided(session, county, answer)
    file_report(session, county.sister, county.sister_officer, PLAN, 2025, propose=True)
    other = file_report(session, county.sister, county.sister_officer, ANSWER, 2026)
    propose_links(session, other, now=NOW)
    decided(session, county, other)
    session.flush()
    return answer, other


def test_a_decision_is_a_case(session, county, answer):
    decided(session, county, answer)
    (case,) = cases_of(session)
    outcomes = sorted(one.outcome.value for one in case.judged.values())
    assert outcomes == ["done", "not_mentioned", "partial"]
    assert all(span.of(case.later.text) for one in case.judged.values() for span in one.evidence)


def test_the_case_survives_edits_and_corrections(session, county, answer):
    """What was asked is kept with the decision; a carried decision counts once, on the version it stands on."""
    links = decided(session, county, answer)
    links["工作站"].task.wording = "改写得面目全非"
    links["工作站"].task.commitments = []
    (before,) = cases_of(session)
    corrected = correct(session, county, answer, "（更正稿）\n" + ANSWER)
    cases = cases_of(session)
    assert sum(len(case.judged) for case in cases) == 3
    station = next(item for case in cases for item in case.items if item.id == str(links["工作站"].task_id))
    assert station.text == next(item.text for item in before.items if item.id == station.id)
    assert "面目全非" not in station.text
    assert corrected.text in {case.later.text for case in cases}


def test_a_decision_taken_back_teaches_nothing(session, county, answer):
    links = decided(session, county, answer)
    for link in links.values():
        reopen_decision(session, actor(county.supervisor), answer.id, link.id, now=NOW)
    assert cases_of(session) == []


def test_too_little_to_learn_from_is_said(session, county, answer, tmp_path):
    decided(session, county, answer)
    with pytest.raises(TooFewDecisions, match="现有核对结论 3 条，来自 1 份报告"):
        train(cases_of(session), model_in_force(tmp_path / "model.toml"))


def test_the_same_decisions_give_the_same_file(session, two_units, tmp_path):
    in_force = model_in_force(tmp_path / "model.toml")
    one, two = (train(cases_of(session), in_force) for _ in range(2))
    assert one.text() == two.text()
    assert (one.decisions, one.learnt_from, one.measured_on) == (6, 3, 3)


def test_adopted_weights_are_used_and_named(session, two_units, tmp_path):
    """They lie in a file, the comparison takes them, and each answer says whose weights gave it."""
    path = tmp_path / "model.toml"
    trained = train(cases_of(session), model_in_force(path))
    write_model(path, trained.text())
    keep_comparison(session, trained, adopted=True, now=NOW)
    now = model_in_force(path)
    assert (now.is_own, now.fingerprint, now.decisions) == (True, trained.fingerprint, 6)
    (comparison,) = comparisons_for(session, two_units[0].id)
    answer = comparer(path)(comparison.earlier, comparison.later)
    assert answer["model"] == trained.fingerprint
    before = {link.id: (link.decision, link.evidence, link.version) for link in session.scalars(select(TaskLink))}
    store_links(session, comparison, answer, now=NOW)
    lectures = link_about(session, two_units[0], "普法宣讲")
    assert lectures.proposal["model"] == trained.fingerprint
    for link in session.scalars(select(TaskLink).where(TaskLink.decision != LinkDecision.PROPOSED)):
        assert (link.decision, link.evidence, link.version) == before[link.id]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "setting.linking")).one()
    assert entry.changes["linking_model"] == [fingerprint(load_model()), trained.fingerprint]
    told = overview(session, path)
    assert (told.decisions, told.reports, told.last["adopted"]) == (6, 2, True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("not toml = [", BROKEN),
        (to_toml(load_model()), BROKEN),
        (to_toml(load_model(), origin={"base": "00000000", "decisions": 9}), OUTDATED),
    ],
)
def test_weights_that_cannot_be_used_leave_the_shipped_ones_in_force(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "model.toml"
    path.write_text(text, encoding="utf-8")
    found = model_in_force(path)
    assert (found.is_own, found.problem, found.fingerprint) == (False, problem, fingerprint(load_model()))


def test_a_judgement_of_the_next_plan_is_kept(session, county, answer):
    link = link_about(session, answer, "普法宣讲")
    chosen = LinkAnswer(Outcome.NOT_MENTIONED, again=NextPlan())
    confirm_link(session, actor(county.supervisor), answer.id, link.id, chosen, now=NOW)
    (case,) = cases_of(session)
    assert case.judged[str(link.task_id)].repeated == frozenset()
    item = reading_from_dict({**answer.reading, "text": answer.text}).items[0]
    assert item.id in {one["id"] for one in answer.reading["items"]}


def test_writing_weights_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "model.toml"
    write_model(path, "one")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(training, "os", SimpleNamespace(fsync=full))
    with pytest.raises(OSError, match="No space"):
        write_model(path, "two")
    assert path.read_text() == "one"
