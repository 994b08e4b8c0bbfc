"""The life-cycle table: who may do what from which state, and the guards that look at values."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.errors import ActionNotAllowed, Forbidden, ReasonRequired, RuleViolation
from tracker.domain.evidence_kinds import clean_name, looks_right, suffix_of
from tracker.domain.permissions import Role
from tracker.domain.task_rules import (
    check_completion_day,
    check_new_deadline,
    check_planned_day,
    check_successor_deadline,
    next_number,
    optional_text,
    required_text,
)
from tracker.domain.tasks import (
    ACTION_LABELS,
    FINAL,
    LEDGER,
    OPEN,
    RUNNING,
    STATUS_LABELS,
    TRANSITIONS,
    UNFINISHED_LABELS,
    TaskAction,
    TaskStatus,
    UnfinishedReason,
    allowed_actions,
    check_action,
    next_status,
    transition_for,
)
from tracker.domain.turns import TaskFacts, Urgency, next_step, possible_actions, urgency_of

S, A, R = TaskStatus, TaskAction, Role
TODAY = date(2026, 6, 10)

MOVES = [
    (S.PROPOSED, A.ESTABLISH, R.SUPERVISOR, S.ESTABLISHED),
    (S.PROPOSED, A.DISMISS, R.SUPERVISOR, S.DISMISSED),
    (S.PROPOSED, A.MERGE, R.SUPERVISOR, S.DISMISSED),
    (S.PROPOSED, A.SPLIT, R.SUPERVISOR, S.DISMISSED),
    (S.ESTABLISHED, A.ASSIGN, R.SUPERVISOR, S.ASSIGNED),
    (S.ASSIGNED, A.SIGN, R.OFFICER, S.IN_PROGRESS),
    (S.ASSIGNED, A.SIGN, R.HEAD, S.IN_PROGRESS),
    (S.ASSIGNED, A.DECLINE, R.HEAD, S.ESTABLISHED),
    (S.IN_PROGRESS, A.REPORT_PROGRESS, R.OFFICER, S.IN_PROGRESS),
    (S.RETURNED, A.REPORT_PROGRESS, R.HEAD, S.RETURNED),
    (S.IN_PROGRESS, A.REQUEST_CLOSURE, R.OFFICER, S.IN_REVIEW),
    (S.RETURNED, A.REQUEST_CLOSURE, R.OFFICER, S.IN_REVIEW),
    (S.IN_REVIEW, A.APPROVE, R.SUPERVISOR, S.CLOSED),
    (S.IN_REVIEW, A.RETURN, R.SUPERVISOR, S.RETURNED),
    (S.RETURNED, A.REQUEST_EXTENSION, R.OFFICER, S.RETURNED),
    (S.IN_PROGRESS, A.APPROVE_EXTENSION, R.SUPERVISOR, S.IN_PROGRESS),
    (S.IN_PROGRESS, A.SUSPEND, R.SUPERVISOR, S.SUSPENDED),
    (S.SUSPENDED, A.RESUME, R.SUPERVISOR, S.IN_PROGRESS),
    (S.CLOSED, A.REOPEN, R.SUPERVISOR, S.IN_PROGRESS),
    (S.UNFINISHED, A.CARRY_OVER, R.SUPERVISOR, S.CARRIED_OVER),
    *((status, A.WITHDRAW, R.SUPERVISOR, S.WITHDRAWN) for status in sorted(OPEN)),
    *((status, A.MARK_UNFINISHED, R.SUPERVISOR, S.UNFINISHED) for status in sorted(OPEN)),
    *((status, A.LOCK, R.SUPERVISOR, S.ARCHIVED) for status in sorted(FINAL)),
]


@pytest.mark.parametrize(("status", "action", "role", "target"), MOVES)
def test_the_moves_of_the_life_cycle(status, action, role, target):
    assert check_action(status, action, role, "有原因") is target


@pytest.mark.parametrize("action", list(TaskAction))
def test_every_action_is_refused_from_every_other_state(action):
    row = transition_for(action)
    for status in set(TaskStatus) - row.sources:
        with pytest.raises(ActionNotAllowed, match=STATUS_LABELS[status]):
            next_status(status, action)


@pytest.mark.parametrize("action", list(TaskAction))
def test_the_role_is_asked_before_the_state_and_the_reason_last(action):
    row = transition_for(action)
    for role in set(Role) - row.roles:
        with pytest.raises(Forbidden):
            check_action(S.ARCHIVED, action, role)
    if row.reason:
        for empty in (None, "", " 　\n"):
            with pytest.raises(ReasonRequired) as caught:
                check_action(next(iter(row.sources)), action, next(iter(row.roles)), empty)
            assert caught.value.field == "reason"


def test_auditor_and_administrator_take_no_part():
    for status in TaskStatus:
        assert allowed_actions(status, R.AUDITOR) == allowed_actions(status, R.ADMIN) == ()


def test_every_word_is_there_and_no_action_has_two_rows():
    assert set(STATUS_LABELS) == set(TaskStatus)
    assert set(ACTION_LABELS) == set(TaskAction)
    assert set(UNFINISHED_LABELS) == set(UnfinishedReason)
    assert sorted(row.action for row in TRANSITIONS) == sorted(TaskAction)


def test_the_sets_of_states_fit_together():
    assert not OPEN & FINAL
    assert RUNNING < OPEN
    assert OPEN | FINAL | {S.ARCHIVED} == LEDGER


@pytest.mark.parametrize(
    ("taken", "number"),
    [
        ([], "LHZ-2026-001"),
        (["LHZ-2026-001", "LHZ-2026-009"], "LHZ-2026-010"),
        (["LHZ-2026-999"], "LHZ-2026-1000"),
        (["LHZ-2026-1000", "LHZ-2026-999"], "LHZ-2026-1001"),
        (["LHZ-2026-旧", "LHZ-2026-002"], "LHZ-2026-003"),
    ],
)
def test_numbers_go_on_after_the_highest(taken, number):
    assert next_number("LHZ-2026-", taken) == number


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (
            lambda day: check_planned_day(day, date(2026, 9, 30), TODAY),
            ["2026-06-10", "2026-09-30"],
            ["2026-10-01", "2026-06-09"],
        ),
        (
            lambda day: check_completion_day(day, 2026, TODAY),
            ["2026-01-01", "2026-06-10"],
            ["2026-06-11", "2025-12-31"],
        ),
        (
            lambda day: check_new_deadline(day, date(2026, 6, 1), 2026, TODAY),
            ["2026-06-10", "2027-12-31"],
            ["2026-06-01", "2026-05-01", "2026-06-09", "2028-01-01"],
        ),
        (lambda day: check_successor_deadline(day, 2027), ["2027-01-01", "2027-12-31"], ["2026-12-31", "2028-01-01"]),
    ],
)
def test_days_within_their_bounds(check, good, bad):
    for day in good:
        check(date.fromisoformat(day))
    for day in bad:
        with pytest.raises(RuleViolation):
            check(date.fromisoformat(day))


def test_texts_are_trimmed_and_limited():
    assert required_text(" 已办结　\n", "完成情况", "statement") == "已办结"
    assert optional_text(None, "说明", "note") == ""
    with pytest.raises(RuleViolation, match="请填写完成情况"):
        required_text(" ", "完成情况", "statement")
    with pytest.raises(RuleViolation, match="不能超过 5 字，现有 6 字"):
        optional_text("一二三四五六", "说明", "note", limit=5)


FACTS = [
    (TaskFacts(S.IN_PROGRESS, date(2026, 6, 9)), Urgency.OVERDUE),
    (TaskFacts(S.ASSIGNED, date(2026, 6, 9)), Urgency.OVERDUE),
    (TaskFacts(S.IN_PROGRESS, TODAY), Urgency.TODAY),
    (TaskFacts(S.RETURNED, date(2026, 6, 17)), Urgency.SOON),
    (TaskFacts(S.IN_PROGRESS, date(2026, 6, 18)), Urgency.REST),
    (TaskFacts(S.ASSIGNED, date(2026, 6, 18)), Urgency.SIGNING),
    (TaskFacts(S.RETURNED, date(2026, 9, 1)), Urgency.RETURNED),
    (TaskFacts(S.IN_REVIEW, date(2026, 6, 1)), Urgency.WAITING),
    (TaskFacts(S.SUSPENDED, date(2026, 6, 1)), Urgency.WAITING),
]


@pytest.mark.parametrize(("facts", "urgency"), FACTS)
def test_the_groups_of_a_clerks_list(facts, urgency):
    assert urgency_of(facts, TODAY) is urgency


@pytest.mark.parametrize(
    ("facts", "role", "step"),
    [
        (TaskFacts(S.ASSIGNED, TODAY), R.OFFICER, A.SIGN),
        (TaskFacts(S.IN_PROGRESS, TODAY, 60), R.OFFICER, A.REPORT_PROGRESS),
        (TaskFacts(S.RETURNED, TODAY, 100), R.HEAD, A.REQUEST_CLOSURE),
        (TaskFacts(S.IN_REVIEW, TODAY), R.HEAD, None),
        (TaskFacts(S.PROPOSED, None), R.SUPERVISOR, A.ESTABLISH),
        (TaskFacts(S.ESTABLISHED, TODAY), R.SUPERVISOR, A.ASSIGN),
        (TaskFacts(S.IN_PROGRESS, TODAY), R.SUPERVISOR, None),
        (TaskFacts(S.IN_PROGRESS, date(2026, 6, 9)), R.SUPERVISOR, A.URGE),
        (TaskFacts(S.IN_PROGRESS, date(2026, 6, 9), 0, True), R.SUPERVISOR, A.APPROVE_EXTENSION),
        (TaskFacts(S.IN_REVIEW, date(2026, 6, 9), 0, True), R.SUPERVISOR, A.APPROVE),
        (TaskFacts(S.UNFINISHED, TODAY), R.SUPERVISOR, A.CARRY_OVER),
        (TaskFacts(S.ASSIGNED, TODAY), R.AUDITOR, None),
    ],
)
def test_whose_turn_it_is(facts, role, step):
    assert next_step(facts, role, TODAY) is step
    assert step is None or step in possible_actions(facts, role)


def test_an_extension_is_asked_for_or_decided_never_both():
    waiting = TaskFacts(S.IN_PROGRESS, TODAY, 0, True)
    assert A.REQUEST_EXTENSION not in possible_actions(waiting, R.OFFICER)
    assert A.APPROVE_EXTENSION in possible_actions(waiting, R.SUPERVISOR)
    assert A.APPROVE_EXTENSION not in possible_actions(TaskFacts(S.IN_PROGRESS, TODAY), R.SUPERVISOR)


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("签到表.pdf", "签到表.pdf"),
        ("C:\\材料\\签到表.PDF", "签到表.PDF"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb.txt", "ab.txt"),
        ("  .pdf ", "pdf"),
        ("", "未命名"),
        ("/", "未命名"),
        ("x" * 200, "x" * 120),
        ("<img src=x>.png", "<img src=x>.png"),
    ],
)
def test_file_names_lose_paths_and_control_characters(name, cleaned):
    assert clean_name(name) == cleaned


def test_suffixes_and_first_bytes_of_evidence():
    assert suffix_of("压缩.TAR.ZIP") == "zip"
    assert looks_right("pdf", b"%PDF-1.7")
    assert not looks_right("pdf", b"PK\x03\x04")
    assert not looks_right("txt", b"\x00\x01")
