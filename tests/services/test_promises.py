"""The same promise again, in the books: years, units, corrections, scope, and runs that are cut off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.factories import DIGEST, NOW, County, actor, make_county, read_text
from tracker.db.models import (
    Intake,
    IntakeStatus,
    Promise,
    PromiseMark,
    PromiseMatch,
    PromiseRun,
    Report,
    Task,
    Unit,
    User,
)
from tracker.db.queries.promises import likeness_of, lines_of_report, lines_of_task
from tracker.db.session import Database
from tracker.domain.formats import reading_from_dict
from tracker.domain.tasks import TaskStatus
from tracker.services import promises as module
from tracker.services.plan_items import Chosen, add_proposal, confirm_proposals
from tracker.services.promises import compare_promises, compare_waiting, forget_comparisons
from tracker.services.regrouping import merge_proposals, split_proposal
from tracker.services.reports import Stored, settle

LATER = datetime(2027, 3, 1, 1, 0, tzinfo=NOW.tzinfo)
TRAIN = "充实执法队伍。6月底前招录持证执法人员{0}名，9月底前组织业务轮训{1}期，着力解决人少事多的问题。"
SPREAD = "把普法送到田间地头。结合赶场天走进12个村社院坝开展以案说法，全年宣讲不少于24场。"
CLEAN = "开展合同清理。对三年来签订的招商合同逐份体检，8月底前形成问题清单并销号。"


def text_of(unit: str, year: int, *items: str) -> str:
    numbered = "\n".join(f"（{'一二三四'[number]}）{item}" for number, item in enumerate(items))
    return f"{unit}\n{year}年法治政府建设工作报告\n一、主要工作\n开展宣讲12场。\n二、{year + 1}年工作计划\n{numbered}\n"


@pytest.fixture
def county(database: Database) -> County:
    with database.writing.begin() as session:
        return make_county(session)


def store(database: Database, unit: Unit, user: User, year: int, *items: str, replaces: bool = False) -> int:
    """Store a report as an upload does, without comparing it; gives its id."""
    text = text_of(unit.name, year, *items)
    raw = read_text(text, year) | {"text": text}
    with database.writing.begin() as session:
        intake = Intake(
            unit_id=unit.id,
            uploaded_by_id=user.id,
            file_name="报告.txt",
            file_key=DIGEST,
            file_size=len(text),
            report_year=year,
            replaces=replaces,
            status=IntakeStatus.READING,
            created_at=LATER,
        )
        session.add(intake)
        session.flush()
        outcome = settle(session, intake, reading_from_dict(raw), raw, unit_accepted=True, now=LATER)
        assert isinstance(outcome, Stored), outcome
        return outcome.report_id


def take_in(database: Database, unit: Unit, user: User, year: int, *items: str, **how: Any) -> int:
    report_id = store(database, unit, user, year, *items, **how)
    compare_promises(database, report_id, now=LATER)
    return report_id


def lines(database: Database, report_id: int) -> list[tuple[int, tuple[int, ...], int]]:
    with database.reading() as session:
        return [(line.written, line.years, line.units) for line in lines_of_report(session, report_id)]


def counts(database: Database) -> list[int]:
    with database.reading() as session:
        tables = (Promise, PromiseMark, PromiseMatch)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def promises(database: Database, report_id: int) -> list[Promise]:
    with database.reading() as session:
        return list(session.scalars(select(Promise).where(Promise.report_id == report_id).order_by(Promise.start)))


# ---- years and units ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(2022, 2023, 2025), (2025, 2023, 2022)])
def test_years_count_whatever_order_reports_come_in(database: Database, county: County, order: tuple[int, ...]) -> None:
    ids = {
        year: take_in(database, county.township, county.officer, year, TRAIN.format(year - 2018, 3), SPREAD)
        if year != 2023
        else take_in(database, county.township, county.officer, year, TRAIN.format(9, 4))
        for year in order
    }
    assert lines(database, ids[2025]) == [(3, (2023, 2024), 0), (2, (2023,), 0)]
    assert lines(database, ids[2023]) == [(2, (2023,), 0)]
    assert lines(database, ids[2022]) == [(1, (), 0), (1, (), 0)]


def test_other_units_are_counted_once_and_renaming_changes_nothing(database: Database, county: County) -> None:
    take_in(database, county.sister, county.sister_officer, 2024, SPREAD)
    take_in(database, county.sister, county.sister_officer, 2025, SPREAD)
    take_in(database, county.other_township, county.other_officer, 2025, SPREAD, CLEAN)
    with database.writing.begin() as session:
        session.get_one(Unit, county.sister.id).name = "石渡镇人民政府（新）"
    own = take_in(database, county.township, county.officer, 2025, TRAIN.format(2, 3), SPREAD)
    assert lines(database, own) == [(1, (), 0), (1, (), 2)]


def test_of_two_reports_at_once_one_sees_the_other(database: Database, county: County) -> None:
    one = store(database, county.township, county.officer, 2025, SPREAD)
    two = store(database, county.sister, county.sister_officer, 2025, SPREAD)
    with database.writing.begin() as session:
        assert module.index_promises(session, one)
        assert module.index_promises(session, two)
    for report_id in (one, two):
        with database.reading() as session:
            matches = module.find_matches(session, report_id)
        assert matches
        with database.writing.begin() as session:
            module.store_matches(session, report_id, matches, now=LATER)
    assert counts(database)[2] == 2
    assert lines(database, one) == lines(database, two) == [(1, (), 1)]


# ---- what a person may see ------------------------------------------------------------------------------------------


def test_out_of_scope_there_is_the_share_alone(database: Database, county: County) -> None:
    take_in(database, county.sister, county.sister_officer, 2025, SPREAD)
    take_in(database, county.other_township, county.other_officer, 2025, SPREAD)
    own = take_in(database, county.township, county.officer, 2025, SPREAD)
    (promise,) = promises(database, own)
    with database.reading() as session:
        seen = likeness_of(session, actor(county.supervisor), promise.id)
        assert [one.unit_name for one in seen.alike] == ["石渡镇人民政府"]
        assert seen.hidden == (1.0,)
        hidden = likeness_of(session, actor(county.officer), promise.id)
    assert (hidden.alike, hidden.hidden) == ((), (1.0, 1.0))
    assert (hidden.earlier, hidden.later) == ((), ())


def test_earlier_years_come_with_their_task(database: Database, county: County) -> None:
    before = take_in(database, county.township, county.officer, 2024, TRAIN.format(3, 4))
    with database.writing.begin() as session:
        task = session.scalars(select(Task).where(Task.report_id == before)).one()
        confirm_proposals(session, actor(county.supervisor), before, [Chosen(task.id, task.version)], now=LATER)
        number = task.number
    after = take_in(database, county.township, county.officer, 2025, TRAIN.format(2, 2))
    with database.reading() as session:
        (promise,) = promises(database, after)
        (earlier,) = likeness_of(session, actor(county.officer), promise.id).earlier
        assert (earlier.plan_year, earlier.task_number, earlier.status) == (2025, number, TaskStatus.ESTABLISHED)
        (older,) = promises(database, before)
        (later,) = likeness_of(session, actor(county.officer), older.id).later
        assert later.plan_year == 2026


# ---- once, and kept -------------------------------------------------------------------------------------------------


def test_comparing_again_changes_nothing(database: Database, county: County) -> None:
    take_in(database, county.sister, county.sister_officer, 2025, SPREAD)
    own = take_in(database, county.township, county.officer, 2025, SPREAD, CLEAN)
    before = counts(database)
    assert compare_promises(database, own, now=LATER) == 0  # nothing waits
    with database.writing.begin() as session:
        session.get_one(PromiseRun, own).compared_at = None
    compare_promises(database, own, now=LATER)
    assert counts(database) == before
    assert take_in(database, county.township, county.officer, 2025, SPREAD, CLEAN) == own  # the same file again
    assert counts(database) == before


def test_a_corrected_report_stands_for_its_earlier_version(database: Database, county: County) -> None:
    other = take_in(database, county.sister, county.sister_officer, 2025, SPREAD)
    earlier = take_in(database, county.township, county.officer, 2024, TRAIN.format(3, 4))
    first = take_in(database, county.township, county.officer, 2025, TRAIN.format(2, 2), SPREAD)
    with database.writing.begin() as session:
        task = session.scalars(select(Task).where(Task.report_id == first).order_by(Task.start)).first()
        assert task is not None
        confirm_proposals(session, actor(county.supervisor), first, [Chosen(task.id, task.version)], now=LATER)
    second = take_in(database, county.township, county.officer, 2025, TRAIN.format(2, 2), CLEAN, replaces=True)
    assert lines(database, second) == [(2, (2025,), 0), (1, (), 0)]
    assert lines(database, other) == [(1, (), 0)]  # what was struck out counts no more
    assert lines(database, earlier) == [(1, (), 0)]
    assert len(promises(database, first)) == 2  # and is kept
    with database.reading() as session:
        kept = session.get_one(Task, task.id)
        assert [line.written for line in lines_of_task(session, kept)] == [2]  # the task goes on under the new version


def test_merging_and_splitting_leave_the_promises(database: Database, county: County) -> None:
    take_in(database, county.sister, county.sister_officer, 2025, SPREAD)
    own = take_in(database, county.township, county.officer, 2025, TRAIN.format(2, 3), SPREAD, CLEAN)
    before = counts(database)
    chief = actor(county.supervisor)
    with database.writing.begin() as session:
        train, spread, clean = session.scalars(select(Task).where(Task.report_id == own).order_by(Task.start)).all()
        heir = merge_proposals(session, chief, own, [Chosen(spread.id, 1), Chosen(clean.id, 1)], now=LATER)
        at = (train.start or 0) + train.quote.index("9月底前")
        parts = split_proposal(session, chief, own, Chosen(train.id, 1), offsets=[at], now=LATER)
    assert counts(database) == before
    with database.reading() as session:
        assert sorted(line.units for line in lines_of_task(session, session.get_one(Task, heir.id))) == [0, 1]
        assert [line.text[:6] for line in lines_of_task(session, session.get_one(Task, parts[0].id))] == [
            "充实执法队伍"
        ]


def test_an_item_added_by_hand_is_compared_too(database: Database, county: County) -> None:
    take_in(database, county.sister, county.sister_officer, 2025, "开展宣讲12场，走访企业并编印指引发放到每家每户。")
    own = take_in(database, county.township, county.officer, 2025, SPREAD)
    with database.writing.begin() as session:
        add_proposal(session, actor(county.supervisor), own, "开展宣讲12场。", now=LATER)
    assert len(promises(database, own)) == 1
    assert compare_waiting(database, now=LATER) == 1
    assert [promise.item_ref for promise in promises(database, own)] == ["m1", "i1"]


# ---- runs that are cut off ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["find_matches", "store_matches", "tell_years"])
def test_a_run_that_is_cut_off_is_done_again(
    database: Database, county: County, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    take_in(database, county.sister, county.sister_officer, 2025, SPREAD)
    own = store(database, county.township, county.officer, 2025, SPREAD)

    def die(*_args: Any, **_more: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, where, die)
        with pytest.raises(KeyboardInterrupt):
            compare_promises(database, own, now=LATER)
    assert counts(database)[2] == 0
    assert compare_waiting(database, now=LATER) == 1
    assert lines(database, own) == [(1, (), 1)]
    assert compare_waiting(database, now=LATER) == 0


def test_a_report_that_cannot_be_compared_is_left_after_some_attempts(
    database: Database, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(database, county.township, county.officer, 2025, SPREAD)
    monkeypatch.setattr(module, "find_matches", lambda *_: 1 / 0)
    assert [compare_waiting(database, now=LATER) for _ in range(4)] == [0, 0, 0, 0]
    with database.reading() as session:
        assert session.scalars(select(PromiseRun.attempts)).all() == [module.MOST_ATTEMPTS]


def test_everything_can_be_compared_anew(database: Database, county: County) -> None:
    take_in(database, county.sister, county.sister_officer, 2025, SPREAD)
    take_in(database, county.township, county.officer, 2024, SPREAD)
    take_in(database, county.township, county.officer, 2025, SPREAD)
    before = counts(database)
    with database.writing.begin() as session:
        assert forget_comparisons(session) == 3
    assert counts(database)[1:] == [0, 0]
    assert compare_waiting(database, now=LATER) == 3
    assert counts(database) == before


def test_a_report_without_items_and_one_that_is_gone(database: Database, county: County) -> None:
    empty = take_in(database, county.township, county.officer, 2025)
    assert lines(database, empty) == []
    assert compare_promises(database, 999_999, now=LATER) == 0
    with database.reading() as session:
        assert session.get_one(PromiseRun, empty).compared_at == LATER
        assert session.get_one(Report, empty).reading["items"] == []
