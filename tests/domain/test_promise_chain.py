"""A promise over the years: what ties tasks together, through merges, splits and corrections; what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.domain.promise_chain import Chains, Promised, Repeat, Tie, TieKind, years_of


def promised(task_id: int, year: int, **values: Any) -> Promised:
    given = {
        "report_id": year,
        "item_ref": f"i{task_id}",
        "wording": f"第{task_id}项承诺的话",
        "stands": True,
        **values,
    }
    return Promised(task_id=task_id, plan_year=year, **given)


def ids(chains: Chains, task_id: int) -> list[int]:
    return [one.task_id for one in chains.history(task_id)]


THREE = [promised(1, 2024), promised(2, 2025), promised(3, 2026)]
REPEATS = [Repeat(1, 2025, ("i2",), sure=True), Repeat(2, 2026, ("i3",), sure=False)]


@pytest.mark.parametrize("task_id", [1, 2, 3])
def test_the_history_is_the_same_from_each_of_its_years(task_id):
    assert ids(Chains(THREE, REPEATS), task_id) == [1, 2, 3]


def test_a_tie_says_why_and_how_sure():
    chains = Chains(THREE, REPEATS)
    assert chains.ties_between([2], 3) == [Tie(2, 3, TieKind.REPEATED, sure=False)]
    assert chains.ties_between([1], 3) == []


def test_what_was_carried_over_is_tied_first_and_stands_for_no_item_of_the_next_report():
    successor = promised(2, 2025, predecessor_id=1, report_id=2024, item_ref="i1")
    chains = Chains([THREE[0], successor], [Repeat(1, 2024, ("i1",), sure=True)])
    assert chains.ties_between([1], 2) == [Tie(1, 2, TieKind.CARRIED)]
    assert chains.tasks_of(2024, "i1") == [1]


def test_merged_and_split_items_are_followed_to_what_stands_for_them():
    rows = [
        promised(1, 2024),
        promised(2, 2025, stands=False, merged_into_id=3),
        promised(3, 2025),
        promised(4, 2024),
        promised(5, 2025, stands=False),
        promised(6, 2025, split_from_id=5, item_ref="i5"),
        promised(7, 2025, split_from_id=5, item_ref="i5"),
    ]
    chains = Chains(rows, [Repeat(1, 2025, ("i2",), sure=True), Repeat(4, 2025, ("i5",), sure=True)])
    assert ids(chains, 1) == [1, 3]
    assert ids(chains, 4) == [4, 6, 7]


def test_an_item_that_was_left_out_ends_the_history():
    chains = Chains([THREE[0], promised(2, 2025, stands=False)], [REPEATS[0]])
    assert ids(chains, 1) == [1]


def test_the_items_of_a_corrected_report_find_the_tasks_of_its_first_version_by_their_words():
    tasks = [THREE[0], promised(2, 2025, report_id=50, item_ref="i1", wording="（一）全年开展普法宣讲8场。")]
    texts = {(51, "i4"): "（四）全年开展普法宣讲8场。"}
    assert ids(Chains(tasks, [Repeat(1, 51, ("i4",), sure=True)], texts), 2) == [1, 2]


def test_the_same_words_in_the_next_plan_are_the_same_promise():
    words = "全年开展普法宣讲10场。"
    rows = [
        promised(1, 2024, wording=words),
        promised(2, 2025, wording=f"（三）{words}"),
        promised(3, 2027, wording=words),
    ]
    chains = Chains(rows, [])
    assert ids(chains, 2) == [1, 2]
    assert chains.ties_between([1], 2)[0].kind is TieKind.SAME_WORDS
    assert ids(Chains(rows, [], find_same=lambda _rows: []), 2) == [2]


def test_siblings_are_left_out():
    """Two promises that both go on in one have each their own history."""
    rows = [promised(1, 2024), promised(2, 2024), promised(3, 2025)]
    chains = Chains(rows, [Repeat(1, 2025, ("i3",), sure=True), Repeat(2, 2025, ("i3",), sure=True)])
    assert ids(chains, 1) == [1, 3]
    assert ids(chains, 3) == [1, 2, 3]
    assert years_of(chains.history(3)) == 2


def test_the_longest_first():
    rows = [*THREE, promised(4, 2025), promised(5, 2026), promised(6, 2026)]
    chains = Chains(rows, [*REPEATS, Repeat(4, 2026, ("i5",), sure=True)])
    assert [[one.task_id for one in chain] for chain in chains.repeated()] == [[1, 2, 3], [4, 5]]
    assert len(chains.repeated(3)) == 1


def test_a_circle_or_a_tie_backwards_harms_nothing():
    rows = [promised(1, 2025, predecessor_id=2), promised(2, 2024, predecessor_id=1)]
    assert ids(Chains(rows, [Repeat(1, 2024, ("i2",), sure=True)]), 1) == [2, 1]
