"""Train and measure which number of a report answers a target, apart from the rest of the linking.

    python -m tools.train_figures [PAIRS_DIR] [--reports DIR] [--out FILE] [--cross] [--only NAME …] [--without NAME …] [--mistakes] [--held-out]

Same pairs in, same weights out, to the last digit. A target teaches where one of its candidates is right by the judge's word.
``--cross`` measures each pair by weights that the pairs of the other groups taught.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools.figure_cases import Case, cases_of
from tools.linking_gold import load_pairs
from tools.measure_linking import PAIRS
from tracker.domain.matching.figuring.choosing import Candidate, chosen, figure_model
from tracker.domain.matching.figuring.learning import learn
from tracker.domain.matching.words import DATA_FOLDER

PRIOR = {
    "near": 2.0, "clause": 1.5, "topic": 1.0, "sentence": 0.5, "tail": 1.0, "rival": -2.5, "another_word": -0.5, "rate_name": 1.0,
    "answering_clause": 1.0, "answering_next": 0.5, "other_sentence": -1.0, "later_sentence": -0.5,
    "equal": 0.5, "distance": -0.7, "growth_apart": -0.5, "share_apart": -0.5, "far_apart": -2.0, "above_all": -4.0, "not_whole": -2.0,
    "unit_same_kind": -0.5, "unit_loose": -1.5,
    "stock_for_added": -2.5, "stock_for_level": 0.5, "added_for_added": 1.5, "added_for_level": -0.3, "of_which": -0.5,
    "last_years": -2.5, "total_said": 1.0, "average": -1.5, "average_for_each": 2.0, "least_for_each": 2.0, "total_for_each": -1.0,
    "rule_said": -2.0, "left_over": -2.0, "whole_of_a_part": -1.5, "all_after": 0.7, "one_in_words": -0.7, "share_in_words": -0.7,
    "so_many": -0.3, "so_many_at_target": -1.0, "points_for_share": -2.0, "parts_follow": 0.5,
    "growth_for_growth": 2.0, "growth_for_level": -2.5, "level_for_growth": -2.0, "turned_round": -2.0, "turned_told": 1.0, "rate_other": -2.5, "share_of_others": -0.3,
    "over_years": -4.0, "was_before": -2.5, "became": 1.0, "lost_case": 2.0, "part_of_year": -0.7, "part_of_recurring": -1.5, "share_follows": -4.0,
    "stock_beside_new": -3.0, "new_beside_stock": 2.0, "in_a_list": -0.1, "of_which_named": 1.5, "next_sentence": -1.0, "kind_beyond": 1.0, "kind_of_target": 0.5, "change_in_words": 0.5, "change_turned": -1.5, "all_of_events": 0.0, "all_recurring": 1.0, "less_follows": -1.0, "rest_follows": -3.0, "restated": -3.0, "under_way": -1.5, "in_order": 0.5, "part_of_growth": -1.5, "sum_under_way": -2.5, "kind_rank": 2.0, "rank_before": -3.0, "after_the_target": 1.0, "not_lost": -1.5, "none_won": 0.5, "none_all_won": 2.0, "kind_not_yet": 0.0, "not_yet_one": 0.5,
    "not_yet_failed": 0.0, "kind_passages": -2.0, "passages_other_near": 1.5, "after_its_whole": 1.0, "list_of_others": -1.0, "sum_of_places": 1.0, "gain_for_added": 1.5, "became_for_added": -1.5, "sum_of_stretches": 1.5, "part_of_others": -2.0, "names_finished": 0.7, "names_under_way": -1.5, "in_turn": 1.5, "out_of_turn": -1.5, "only_begun": -2.0, "ended_of_begun": 1.5, "change_in_points": 1.0, "kind_ordinal": -1.0, "ordinal_reached": 1.5, "of_target_bare": -0.5, "one_of_a_split": -0.7, "sum_after_the_first": 0.7,
    "kind_number": 1.5, "kind_sum": -0.5, "kind_each": 0.7, "kind_gain": 0.5, "kind_rest": 0.0, "kind_part": -0.5, "kind_rate": -1.0, "kind_change": 0.5,
    "kind_all": 0.0, "kind_none": 0.5, "kind_every": 0.0, "kind_row": 0.0, "kind_row_each": 1.5, "kind_names": -1.5, "kind_titles": -1.5,
    "kind_quotes": -2.0, "kind_one": -2.0, "kind_promised_names": 0.0,
    "sum_list": 0.7, "sum_whole": 0.3, "sum_of_which": -2.5, "sum_total_said": -2.5, "sum_change": -2.0, "sum_same_words": 0.5, "sum_both_acts": 2.0,
    "each_and_more": 0.0, "rest_of_target": 0.0, "part_in_words": 2.5,
    "rate_own_words": 1.5, "rate_really": 0.7, "rate_out_of": 1.0, "rate_of_which": 0.5, "rate_next": 0.5, "rate_reversed": -1.5,
    "rate_base_of_which": -1.0, "rate_change": -2.0, "rate_negative": -1.5, "rate_turned": 0.0, "rate_whole_first": 0.3, "rate_stem_twice": -0.3,
    "change_level": -2.0,
    "all_limited": -1.5, "all_of_a_rate": 1.0, "all_full": 1.0, "all_of_a_count": -1.0, "all_same_number": 0.5, "none_of_zero": 1.0,
    "every_but": 2.0, "every_counted": 0.5, "every_own": 1.0, "every_bare": -1.0,
    "row_counted_too": -1.0, "row_and_more": 0.7, "row_by_clause": 0.0,
    "names_places": 1.0, "names_open": -1.0, "names_counted": -0.7, "names_single": -0.7, "names_more_than_promised": -0.7, "names_of_clauses": -0.5,
    "titles_document": 0.7, "titles_open": -1.0, "titles_sentence": 0.0, "titles_more": -1.0,
    "quotes_document": 0.0, "quotes_open": -0.5, "quotes_sentence": 0.0, "quotes_more": -1.0,
    "one_finished": 0.7, "one_promised": 1.5, "one_numbered": -1.0,
    "open": 0.5, "open_growth": 1.0, "open_added": 0.5, "open_over_fulfilled": 1.5, "open_share": 0.0, "open_one": -0.5, "open_years": 0.7,
}  # fmt: skip
"""What a person would choose; the weights are drawn to it and keep its signs (0: either way)."""
GROUPS = 5
DRILLS = PAIRS.parent / "drills"
"""Short promises with short answers, told in many ways: they teach, and nothing is measured on them."""


def train(cases: Sequence[Case], without: Sequence[str] = ()) -> dict[str, float]:
    """Return the weights that the judged targets teach."""
    prior = {name: value for name, value in PRIOR.items() if name not in without}
    taught = [case for case in cases if case.target and case.found]
    return learn([case.lesson() for case in taught], prior)


def to_toml(weights: Mapping[str, float]) -> str:
    """Return the weights as their data file."""
    head = "# Written by tools/train_figures.py. What speaks for a number being the one that answers a target.\n\n[weights]\n"
    return head + "".join(f"{name} = {value}\n" for name, value in weights.items())


def measured(cases: Sequence[Case], weights: Mapping[str, float], counts: Counter[str]) -> None:
    """Count what is right: given a right passage, and by the whole pipeline."""
    for case in cases:
        right = case.is_right(weights)
        counts["all"] += 1
        counts["all_right"] += right and case.accepted
        counts["given"] += case.found
        counts["given_right"] += right and case.found
        counts["reachable"] += case.found and case.target is not None and bool(case.lesson().right)


def report(counts: Counter[str]) -> str:
    """Return the figures in a line."""
    given, everything = max(counts["given"], 1), max(counts["all"], 1)
    return (
        f"given the passage {counts['given_right'] / given:.3f} of {counts['given']} (reachable {counts['reachable'] / given:.3f}); "
        f"overall {counts['all_right'] / everything:.3f} of {counts['all']}"
    )


def mistakes(cases: Sequence[Case], weights: Mapping[str, float]) -> Iterator[str]:
    """Yield the wrong ones in words."""
    for case in cases:
        if not case.found or case.is_right(weights):
            continue
        picked = chosen(case.candidates, weights) if case.candidates else Candidate(None, {})
        reason = "" if any(case.lesson().right) else "UNREACHABLE " if case.target else "NO TARGET "
        texts = " / ".join(scene.text for scene in case.scenes[:3])
        way = picked.way and (picked.way.kind, picked.way.note)
        yield f"{case.pair} {reason}{case.text}\n   {texts}\n   said {case.said(picked)} {way} wanted {dict(case.gold)}"


def main() -> None:
    """Train or measure."""
    parser = argparse.ArgumentParser(description="Train which number answers a target.")
    parser.add_argument("folder", type=Path, nargs="?", default=PAIRS)
    parser.add_argument("--reports", type=Path, help="where the texts of single-file pairs lie")
    parser.add_argument("--out", type=Path, default=DATA_FOLDER / "figure_model.toml")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--leave-out", nargs="*", default=[], help="pairs that neither teach nor are measured")
    parser.add_argument("--without", nargs="*", default=[], help="features left out")
    parser.add_argument("--no-drills", action="store_true", help="teach by the pairs alone")
    parser.add_argument("--cross", action="store_true")
    parser.add_argument("--mistakes", action="store_true")
    parser.add_argument("--measure", action="store_true", help="measure the shipped weights; write nothing")
    arguments = parser.parse_args()
    pairs = [
        pair
        for pair in load_pairs(arguments.folder, arguments.reports)
        if not pair.held_out
        and pair.name not in arguments.leave_out
        and (not arguments.only or pair.name in arguments.only)
    ]
    cases = [list(cases_of(pair)) for pair in pairs]
    everything = [case for own in cases for case in own]
    taught_by = [] if arguments.no_drills or arguments.measure else load_pairs(DRILLS)
    drills = [case for pair in taught_by for case in cases_of(pair)]
    counts: Counter[str] = Counter()
    if arguments.cross:
        for group in range(GROUPS):
            weights = train(
                [c for at, own in enumerate(cases) if at % GROUPS != group for c in own] + drills, arguments.without
            )
            for own in cases[group::GROUPS]:
                measured(own, weights, counts)
                if arguments.mistakes:
                    print("\n".join(mistakes(own, weights)))  # noqa: T201
        print("cross-validated:", report(counts))  # noqa: T201
        return
    weights = figure_model() if arguments.measure else train([*everything, *drills], arguments.without)
    if not arguments.measure:
        arguments.out.write_text(to_toml(weights), encoding="utf-8")
    measured(everything, weights, counts)
    if arguments.mistakes:
        print("\n".join(mistakes(everything, weights)))  # noqa: T201
    print("trained:", report(counts))  # noqa: T201


if __name__ == "__main__":
    main()
