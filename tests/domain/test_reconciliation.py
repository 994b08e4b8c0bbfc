"""The three accounts of a task: what differs, which verdict they suggest, the rates, what keeps a year open."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tracker.domain.documents import Figure, Outcome, Shrunk
from tracker.domain.reconciliation import (
    DIFFERENCE_LABELS,
    RATES,
    VERDICT_LABELS,
    Accounts,
    Counts,
    Difference,
    LedgerAccount,
    LineState,
    ReportAccount,
    Verdict,
    count,
    effective_status,
    find_differences,
    find_obstacles,
    suggest_verdict,
    total,
)
from tracker.domain.tasks import TaskStatus

S, R, D, V = TaskStatus, Outcome, Difference, Verdict
JUNE, MAY, JULY = date(2026, 6, 30), date(2026, 5, 20), date(2026, 7, 15)
SHORT = Figure("新增持证执法人员", 6, 4, "名", met=False)
MET = Figure("业务培训", 4, 5, "次", met=True)
OPEN = Figure("覆盖率", 90, None, "%", met=None)
SMALLER = Shrunk("普法宣讲", 10, 8, "场")


def ledger(status: TaskStatus = S.CLOSED, **values: Any) -> LedgerAccount:
    fields: dict[str, Any] = {"due_on": JUNE, "original_due_on": JUNE}
    if status is S.CLOSED:
        fields |= {"completed_on": MAY, "percent": 100}
    return LedgerAccount(status, **(fields | values))


def accounts(status: TaskStatus, outcome: Outcome | None, evidence: int = 0, **report: Any) -> Accounts:
    side = None if outcome is None else ReportAccount(outcome, **report)
    return Accounts(ledger(status), side, evidence)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # the ledger closed it
        (accounts(S.CLOSED, R.DONE), []),
        (accounts(S.CLOSED, R.PARTIAL), []),
        (accounts(S.CLOSED, R.NOT_MENTIONED), [D.CLOSED_NOT_REPORTED]),
        (accounts(S.CLOSED, None), []),  # no report to ask: nothing differs
        # the report says done
        (accounts(S.IN_PROGRESS, R.DONE), [D.REPORTED_NOT_CLOSED]),
        (accounts(S.IN_REVIEW, R.DONE), [D.REPORTED_NOT_CLOSED]),
        (accounts(S.UNFINISHED, R.DONE), [D.REPORTED_NOT_CLOSED]),
        (accounts(S.CARRIED_OVER, R.DONE), [D.REPORTED_NOT_CLOSED]),
        (accounts(S.WITHDRAWN, R.DONE), [D.REPORTED_NOT_CLOSED]),
        (accounts(S.UNFINISHED, R.PARTIAL), []),
        (accounts(S.UNFINISHED, R.NOT_MENTIONED), []),
        # figures
        (accounts(S.CLOSED, R.PARTIAL, figures=(SHORT, MET)), [D.FIGURES]),
        (accounts(S.CLOSED, R.DONE, figures=(MET, OPEN)), []),
        (accounts(S.UNFINISHED, R.PARTIAL, figures=(SHORT,)), []),
        (accounts(S.UNFINISHED, R.DONE, figures=(SHORT,)), [D.REPORTED_NOT_CLOSED, D.FIGURES]),
        # a smaller target, whatever became of the task
        (accounts(S.CLOSED, R.DONE, shrunk=SMALLER), [D.SHRUNK]),
        (accounts(S.UNFINISHED, R.NOT_MENTIONED, shrunk=SMALLER), [D.SHRUNK]),
        # all at once
        (
            accounts(S.CLOSED, R.NOT_MENTIONED, shrunk=SMALLER, figures=(SHORT,)),
            [D.CLOSED_NOT_REPORTED, D.FIGURES, D.SHRUNK],
        ),
    ],
)
def test_differences(given: Accounts, expected: list[Difference]) -> None:
    """Every pair of accounts has its differences, in the order of the list, each with a sentence."""
    found = find_differences(given)
    assert [one.kind for one in found] == expected
    assert all(one.detail.endswith("。") and one.label == DIFFERENCE_LABELS[one.kind] for one in found)


@pytest.mark.parametrize(
    ("completed", "original", "late", "differs"),
    [
        (MAY, JUNE, False, False),
        (MAY, JUNE, True, True),  # the ledger says in time, the report says late
        (JULY, JUNE, True, False),
        (JULY, JUNE, False, True),
        (MAY, JUNE, None, False),  # the report gives no date
        (None, JUNE, True, False),
    ],
)
def test_deadlines(completed: date | None, original: date, late: bool | None, differs: bool) -> None:
    """The report's dates are held against the deadline that was promised, not against an extended one."""
    given = Accounts(
        ledger(completed_on=completed, original_due_on=original, due_on=date(2026, 12, 31)),
        ReportAccount(R.DONE, late=late),
    )
    found = find_differences(given)
    assert [one.kind for one in found] == ([D.DEADLINE] if differs else [])


def test_details_name_the_numbers() -> None:
    """A figure and a smaller target are told with their numbers, without needless decimals."""
    found = find_differences(accounts(S.CLOSED, R.PARTIAL, figures=(SHORT,), shrunk=SMALLER))
    assert found[0].detail == "新增持证执法人员：承诺 6 名，报告 4 名。"
    assert found[1].detail == "普法宣讲：由 10 场降为 8 场。"


def test_large_figures_are_written_out() -> None:
    large = Figure("办理案件", 1_250_000, 1_234_567, "件", met=False)
    (found,) = find_differences(accounts(S.CLOSED, R.PARTIAL, figures=(large,)))
    assert found.detail == "办理案件：承诺 1250000 件，报告 1234567 件。"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (accounts(S.WITHDRAWN, None), V.CANCELLED),
        (accounts(S.WITHDRAWN, R.DONE), V.CANCELLED),
        (accounts(S.CLOSED, R.DONE), V.DONE),
        (accounts(S.CLOSED, R.DONE, figures=(SHORT,)), V.PARTLY_DONE),
        (accounts(S.CLOSED, R.PARTIAL), V.MOSTLY_DONE),
        (accounts(S.CLOSED, R.DONE, admitted=True), V.PARTLY_DONE),
        (accounts(S.CLOSED, R.NOT_MENTIONED, 2), V.DONE),
        (accounts(S.CLOSED, R.NOT_MENTIONED), V.UNVERIFIABLE),
        (accounts(S.CLOSED, None, 1), V.DONE),
        (accounts(S.CLOSED, None), V.UNVERIFIABLE),
        (accounts(S.UNFINISHED, R.DONE), V.UNVERIFIABLE),
        (accounts(S.UNFINISHED, R.PARTIAL), V.PARTLY_DONE),
        (accounts(S.UNFINISHED, R.NOT_MENTIONED), V.NOT_STARTED),
        (accounts(S.UNFINISHED, None), V.NOT_STARTED),
        (Accounts(ledger(S.UNFINISHED, percent=40)), V.PARTLY_DONE),
        (Accounts(ledger(S.CARRIED_OVER, percent=95)), V.MOSTLY_DONE),
        (accounts(S.IN_PROGRESS, R.DONE), None),
        (accounts(S.ESTABLISHED, R.NOT_MENTIONED), None),
        (accounts(S.SUSPENDED, None), None),
    ],
)
def test_suggested_verdicts(given: Accounts, expected: Verdict | None) -> None:
    """Open tasks have none; the others have one with a reason."""
    suggestion = suggest_verdict(given)
    assert (suggestion.verdict if suggestion else None) == expected
    assert suggestion is None or suggestion.reason


@pytest.mark.parametrize(
    ("status", "archived_from", "expected"),
    [
        (S.CLOSED, None, S.CLOSED),
        (S.ARCHIVED, "closed", S.CLOSED),
        (S.ARCHIVED, "carried_over", S.CARRIED_OVER),
        (S.ARCHIVED, None, S.ARCHIVED),
    ],
)
def test_an_archived_task_counts_by_what_it_was(status: TaskStatus, archived_from: str | None, expected: Any) -> None:
    assert effective_status(status, archived_from) is expected


def test_rates() -> None:
    """The sample of the definitions: five duties, one withdrawn, two closed in time by different deadlines."""
    extended = Accounts(
        ledger(due_on=JULY, original_due_on=MAY, completed_on=JUNE), ReportAccount(R.DONE, decided=True)
    )
    in_time = Accounts(ledger(), ReportAccount(R.PARTIAL, decided=True))
    late = Accounts(ledger(completed_on=JULY), ReportAccount(R.DONE, decided=False))
    gone = Accounts(ledger(S.WITHDRAWN), ReportAccount(R.NOT_MENTIONED, decided=True))
    missed = Accounts(ledger(S.UNFINISHED), None)
    proposal = Accounts(ledger(S.PROPOSED), ReportAccount(R.DONE, decided=True))
    counts = total(count(one) for one in (extended, in_time, late, gone, missed, proposal))
    assert counts == Counts(5, 1, 3, 2, 1, 2)
    assert counts.completion == pytest.approx(3 / 4)
    assert counts.punctual == pytest.approx(2 / 3)
    assert counts.punctual_original == pytest.approx(1 / 4)
    assert counts.mention == pytest.approx(2 / 5)


def test_rates_of_nothing_are_unknown() -> None:
    """No rate is invented where nothing counts, and each rate is defined."""
    assert [getattr(Counts(), name) for name, _, _ in RATES] == [None] * 4
    withdrawn = Counts(established=2, withdrawn=2)
    assert (withdrawn.completion, withdrawn.punctual, withdrawn.mention) == (None, None, 0.0)


@pytest.mark.parametrize(
    ("lines", "proposals", "unplanned", "words"),
    [
        ([LineState("1", S.CLOSED, V.DONE)], 0, 0, []),
        ([LineState("1", S.IN_PROGRESS, V.NOT_DONE)], 0, 0, ["还没有办结"]),
        ([LineState("1", S.CLOSED, None)], 0, 0, ["核查结论"]),
        ([LineState("1", S.CLOSED, V.DONE, (D.SHRUNK,))], 0, 0, ["差异还没有说明"]),
        ([LineState("1", S.CLOSED, V.DONE)], 3, 0, ["3 条计划条目待确认"]),
        ([LineState("1", S.CLOSED, V.DONE)], 0, 2, ["计划外完成还有 2 项"]),
        (
            [LineState("1", S.ESTABLISHED, None, (D.FIGURES,))],
            1,
            1,
            ["待确认", "还没有办结", "核查结论", "差异还没有说明", "计划外完成"],
        ),
    ],
)
def test_what_keeps_a_year_open(lines: list[LineState], proposals: int, unplanned: int, words: list[str]) -> None:
    found = find_obstacles(lines, proposals=proposals, unplanned=unplanned)
    assert len(found) == len(words)
    assert all(word in obstacle.sentence for word, obstacle in zip(words, found, strict=True))


def test_a_long_list_of_names_is_cut() -> None:
    (obstacle,) = find_obstacles([LineState(f"T{n}", S.CLOSED, None) for n in range(25)], proposals=0, unplanned=0)
    assert obstacle.sentence.endswith("T9 等 25 项")
    assert len(obstacle.names) == 25


def test_every_verdict_and_difference_has_a_label() -> None:
    assert set(VERDICT_LABELS) == set(Verdict)
    assert set(DIFFERENCE_LABELS) == set(Difference)
