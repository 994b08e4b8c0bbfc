"""Proposals on the review screen: edited, merged, split, added, dismissed and taken back, with every source kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.factories import NOW, County, actor, make_county, make_report, make_user
from tracker.db.models import AuditEntry, Report, SupportingUnit, Task, TaskSource
from tracker.domain.documents import DeadlineSource, Document, Span
from tracker.domain.errors import ActionNotAllowed, Forbidden, NotFound, ReasonRequired, RuleViolation, StaleVersion
from tracker.domain.extraction import read_report
from tracker.domain.formats import reading_to_dict
from tracker.domain.permissions import Role
from tracker.domain.proposals import CannotMerge, CannotSplit, QuoteNotVerbatim
from tracker.domain.task_rules import OwnerOutsideUnit
from tracker.domain.tasks import TaskStatus
from tracker.language.lexicon import load_lexicon
from tracker.services.plan_items import (
    AlreadyProposed,
    Chosen,
    ProposalFields,
    add_proposal,
    confirm_proposals,
    dismiss_proposal,
    restore_proposal,
    save_proposal,
)
from tracker.services.regrouping import merge_proposals, split_proposal
from tracker.services.reports import propose_items

TEXT = """清溪县柳湾镇人民政府
2025年法治政府建设工作报告
一、主要工作
全年组织宣讲12场。
二、存在的问题
一是执法力量薄弱；二是普法形式单一。
三、2026年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。9月底前组织业务培训4期。
（二）创新普法形式。年内开展普法活动不少于4场。
（三）规范决策程序。完善重大事项公开制度。
"""


@pytest.fixture
def county(session: Session) -> County:
    return make_county(session)


@pytest.fixture
def report(session: Session, county: County) -> Report:
    read = read_report(Document(TEXT, (), "text"), load_lexicon())
    made = make_report(session, county.township, county.officer, text=TEXT, reading=reading_to_dict(read))
    propose_items(session, made, county.township, read.items, now=NOW)
    return made


def proposals(session: Session, report: Report) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.report_id == report.id).order_by(Task.start, Task.id)))


def seen(task: Task) -> Chosen:
    return Chosen(task.id, task.version)


def sources(session: Session, task: Task) -> list[str]:
    query = select(TaskSource.quote).where(TaskSource.task_id == task.id).order_by(TaskSource.start)
    return list(session.scalars(query))


def fields_of(task: Task, **changes: Any) -> ProposalFields:
    values: dict[str, Any] = {
        "title": task.title,
        "wording": task.wording,
        "due_on": task.due_on,
        "lead_unit_id": task.lead_unit_id,
    }
    return ProposalFields(**(values | changes))


def edited(session: Session, county: County, task: Task, **changes: Any) -> Task:
    return save_proposal(
        session, actor(county.supervisor), task.id, fields_of(task, **changes), version=task.version, now=NOW
    )


# ---- editing ------------------------------------------------------------------------------------------------------------


def test_saving_a_card_changes_everything_but_its_source(session: Session, county: County, report: Report) -> None:
    task = proposals(session, report)[2]
    quote, owner = task.quote, make_user(session, county.section)
    edited(
        session,
        county,
        task,
        title="建立公开目录",
        wording="3月底前\r\n编制目录。",
        due_on=date(2026, 3, 31),
        lead_unit_id=county.section.id,
        supporting_unit_ids=(county.township.id, county.section.id),
        owner_id=owner.id,
        recurring="quarter",
        vague=False,
        answers=("p1",),
        quantities=({"what": "目录", "op": "=", "value": 1, "max": None, "unit": "份", "per": None},),
    )
    assert (task.title, task.wording, task.due_on) == ("建立公开目录", "3月底前\n编制目录。", date(2026, 3, 31))
    assert (task.due_confirmed, task.lead_unit_confirmed, task.owner_id) == (True, True, owner.id)
    assert (task.recurring, task.answers, task.quantities[0]["what"]) == ("quarter", ["p1"], "目录")
    assert (task.quote, sources(session, task), task.version) == (quote, [quote], 2)
    assert session.scalars(select(SupportingUnit.unit_id).where(SupportingUnit.task_id == task.id)).all() == [
        county.township.id
    ]
    lines = session.scalars(select(AuditEntry).where(AuditEntry.object_id == task.id)).all()
    assert lines[0].changes["title"] == ["规范决策程序", "建立公开目录"]
    assert lines[1].changes["recurring"] == [None, "quarter"]


@pytest.mark.parametrize("who", ["officer", "head", "auditor", "admin"])
def test_only_a_supervisor_works_on_proposals(session: Session, county: County, report: Report, who: str) -> None:
    first, second, _ = proposals(session, report)
    person, denied = actor(getattr(county, who)), (Forbidden, NotFound)
    with pytest.raises(denied):
        save_proposal(session, person, first.id, fields_of(first), version=1, now=NOW)
    with pytest.raises(denied):
        merge_proposals(session, person, report.id, [seen(first), seen(second)], now=NOW)
    with pytest.raises(denied):
        split_proposal(session, person, report.id, seen(first), now=NOW)
    with pytest.raises(denied):
        add_proposal(session, person, report.id, "全年组织宣讲12场。", now=NOW)
    with pytest.raises(denied):
        confirm_proposals(session, person, report.id, [seen(first)], now=NOW)
    with pytest.raises(denied):
        dismiss_proposal(session, person, report.id, seen(first), reason="口号", now=NOW)
    with pytest.raises(denied):
        restore_proposal(session, person, report.id, seen(first), now=NOW)


def test_another_countys_supervisor_finds_nothing(session: Session, county: County, report: Report) -> None:
    first, second, _ = proposals(session, report)
    stranger = actor(county.other_supervisor)
    with pytest.raises(NotFound):
        save_proposal(session, stranger, first.id, fields_of(first), version=1, now=NOW)
    with pytest.raises(NotFound):
        merge_proposals(session, stranger, report.id, [seen(first), seen(second)], now=NOW)
    with pytest.raises(NotFound):
        add_proposal(session, stranger, report.id, "全年组织宣讲12场。", now=NOW)


def test_units_and_owners_out_of_scope_are_refused(session: Session, county: County, report: Report) -> None:
    task = proposals(session, report)[0]
    with pytest.raises(NotFound):
        edited(session, county, task, lead_unit_id=county.other_township.id)
    with pytest.raises(NotFound):
        edited(session, county, task, supporting_unit_ids=(county.other_township.id,))
    with pytest.raises(OwnerOutsideUnit):
        edited(session, county, task, owner_id=county.sister_officer.id)


def test_a_stale_card_is_not_saved(session: Session, county: County, report: Report) -> None:
    task = proposals(session, report)[0]
    edited(session, county, task, title="甲")
    with pytest.raises(StaleVersion):
        save_proposal(session, actor(county.supervisor), task.id, fields_of(task, title="乙"), version=1, now=NOW)
    assert task.title == "甲"


# ---- merging --------------------------------------------------------------------------------------------------------------


def test_merging_keeps_every_source_and_the_latest_stated_date(
    session: Session, county: County, report: Report
) -> None:
    first, second, third = proposals(session, report)
    heir = merge_proposals(
        session, actor(county.supervisor), report.id, [seen(third), seen(first), seen(second)], now=NOW
    )
    assert heir is first
    assert sources(session, heir) == [first.quote, second.quote, third.quote]
    assert [task.status for task in (second, third)] == [TaskStatus.DISMISSED] * 2
    assert {second.merged_into_id, third.merged_into_id} == {heir.id}
    assert heir.due_source is DeadlineSource.TEXT
    assert heir.wording.split("\n") == [first.quote, second.quote, third.quote]
    assert len(heir.commitments) == len(first.commitments)
    assert sources(session, second) == [second.quote]


def test_a_merge_needs_two_open_proposals_of_one_report(session: Session, county: County, report: Report) -> None:
    first, second, third = proposals(session, report)
    person = actor(county.supervisor)
    with pytest.raises(CannotMerge):
        merge_proposals(session, person, report.id, [seen(first), seen(first)], now=NOW)
    with pytest.raises(NotFound):
        merge_proposals(session, person, report.id + 1, [seen(first), seen(second)], now=NOW)
    with pytest.raises(StaleVersion):
        merge_proposals(session, person, report.id, [seen(first), Chosen(second.id, 9)], now=NOW)
    confirm_proposals(session, person, report.id, [seen(third)], now=NOW)
    with pytest.raises(ActionNotAllowed):
        merge_proposals(session, person, report.id, [seen(first), seen(third)], now=NOW)


# ---- splitting ------------------------------------------------------------------------------------------------------------


def test_splitting_by_commitments_gives_each_its_own_words_and_date(
    session: Session, county: County, report: Report
) -> None:
    first = proposals(session, report)[0]
    parts = split_proposal(session, actor(county.supervisor), report.id, seen(first), now=NOW)
    assert "".join(part.quote for part in parts) == first.quote
    assert {part.split_from_id for part in parts} == {first.id}
    assert first.status is TaskStatus.DISMISSED
    assert [part.due_on for part in parts] == [date(2026, 6, 30), date(2026, 9, 30)]
    for part in parts:
        assert report.text[part.start : part.end] == part.quote
        assert sources(session, part) == [part.quote]
    assert sources(session, first) == [first.quote]


def test_splitting_at_a_point(session: Session, county: County, report: Report) -> None:
    second = proposals(session, report)[1]
    at = report.text.index("年内开展")
    parts = split_proposal(session, actor(county.supervisor), report.id, seen(second), offsets=[at], now=NOW)
    assert [part.quote for part in parts] == ["创新普法形式。", "年内开展普法活动不少于4场。"]
    assert (parts[0].quantities, parts[1].quantities[0]["value"]) == ([], 4)


def test_a_split_that_is_none_is_refused(session: Session, county: County, report: Report) -> None:
    third = proposals(session, report)[2]
    person = actor(county.supervisor)
    with pytest.raises(CannotSplit):
        split_proposal(session, person, report.id, seen(third), now=NOW)
    with pytest.raises(CannotSplit):
        split_proposal(session, person, report.id, seen(third), offsets=[5], now=NOW)
    assert third.status is TaskStatus.PROPOSED


# ---- adding ---------------------------------------------------------------------------------------------------------------


def test_a_passage_becomes_a_proposal_with_what_can_be_read_in_it(
    session: Session, county: County, report: Report
) -> None:
    report.reviewed_at = NOW
    start = TEXT.index("全年组织")
    task = add_proposal(session, actor(county.supervisor), report.id, "全年组织宣讲12场。", now=NOW)
    assert (task.start, task.quote, task.status) == (start, "全年组织宣讲12场。", TaskStatus.PROPOSED)
    assert (task.item_ref, task.lead_unit_confirmed, task.quantities[0]["value"]) == ("m1", False, 12)
    assert sources(session, task) == [task.quote]
    assert report.reviewed_at is None
    again = add_proposal(session, actor(county.supervisor), report.id, "执法力量薄弱", now=NOW)
    assert again.item_ref == "m2"


def test_what_is_not_verbatim_is_refused(session: Session, county: County, report: Report) -> None:
    person = actor(county.supervisor)
    with pytest.raises(QuoteNotVerbatim):
        add_proposal(session, person, report.id, "全年组织宣讲13场。", now=NOW)
    with pytest.raises(QuoteNotVerbatim):
        add_proposal(session, person, report.id, "工作", now=NOW)
    at = TEXT.rindex("工作")
    assert add_proposal(session, person, report.id, "工作", span=Span(at, at + 2), now=NOW).start == at
    with pytest.raises(AlreadyProposed):
        add_proposal(session, person, report.id, "工作", span=Span(at, at + 2), now=NOW)


def test_nothing_is_added_to_a_superseded_report(session: Session, county: County, report: Report) -> None:
    report.superseded_at = NOW
    with pytest.raises(ActionNotAllowed):
        add_proposal(session, actor(county.supervisor), report.id, "全年组织宣讲12场。", now=NOW)


# ---- confirming, dismissing and taking back -----------------------------------------------------------------------------


def test_confirming_all_settles_the_report(session: Session, county: County, report: Report) -> None:
    tasks = proposals(session, report)
    confirm_proposals(session, actor(county.supervisor), report.id, [seen(task) for task in tasks], now=NOW)
    assert {task.status for task in tasks} == {TaskStatus.ESTABLISHED}
    assert len({task.number for task in tasks}) == 3
    assert report.reviewed_at == NOW


def test_confirming_several_is_all_or_none(session: Session, county: County, report: Report) -> None:
    first, second, _ = proposals(session, report)
    second.due_on = date(2035, 1, 1)
    session.flush()
    with pytest.raises(RuleViolation), session.begin_nested():
        confirm_proposals(session, actor(county.supervisor), report.id, [seen(first), seen(second)], now=NOW)
    session.expire_all()
    assert session.get_one(Task, first.id).status is TaskStatus.PROPOSED
    with pytest.raises(NotFound):
        confirm_proposals(session, actor(county.supervisor), report.id + 1, [seen(first)], now=NOW)


def test_a_dismissal_needs_a_reason_and_can_be_taken_back(session: Session, county: County, report: Report) -> None:
    task, person = proposals(session, report)[2], actor(county.supervisor)
    with pytest.raises(ReasonRequired):
        dismiss_proposal(session, person, report.id, seen(task), reason=" ", now=NOW)
    dismiss_proposal(session, person, report.id, seen(task), reason="口号性表述", now=NOW)
    assert (task.status, task.status_reason) == (TaskStatus.DISMISSED, "口号性表述")
    with pytest.raises(StaleVersion):
        restore_proposal(session, person, report.id, Chosen(task.id, 1), now=NOW)
    restore_proposal(session, person, report.id, seen(task), now=NOW)
    assert (task.status, task.status_reason) == (TaskStatus.PROPOSED, None)
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == task.id).order_by(AuditEntry.id))
    assert actions.all() == ["task.dismiss", "task.restore"]


def test_what_was_merged_or_split_cannot_be_taken_back(session: Session, county: County, report: Report) -> None:
    first, second, third = proposals(session, report)
    person = actor(county.supervisor)
    split_proposal(session, person, report.id, seen(first), now=NOW)
    merge_proposals(session, person, report.id, [seen(second), seen(third)], now=NOW)
    for task in (first, third):
        with pytest.raises(ActionNotAllowed):
            restore_proposal(session, person, report.id, seen(task), now=NOW)


def test_nothing_read_is_ever_lost(session: Session, county: County, report: Report) -> None:
    before = session.scalar(select(func.count()).select_from(TaskSource)) or 0
    first, second, third = proposals(session, report)
    person = actor(county.supervisor)
    merge_proposals(session, person, report.id, [seen(second), seen(third)], now=NOW)
    split_proposal(session, person, report.id, seen(first), now=NOW)
    dismiss_proposal(session, person, report.id, seen(second), reason="重复", now=NOW)
    assert (session.scalar(select(func.count()).select_from(TaskSource)) or 0) == before + 1 + 2


def test_a_role_name_is_not_enough(session: Session, county: County, report: Report) -> None:
    """A supervisor of the township itself decides on its report; one of a sister township does not."""
    task = proposals(session, report)[0]
    own = make_user(session, county.township, Role.SUPERVISOR)
    sister = make_user(session, county.sister, Role.SUPERVISOR)
    with pytest.raises(NotFound):
        confirm_proposals(session, actor(sister), report.id, [seen(task)], now=NOW)
    assert confirm_proposals(session, actor(own), report.id, [seen(task)], now=NOW)[0].number
