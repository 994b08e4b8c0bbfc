"""How far the judgements in use agree with a second, blind reading of the same reports, and how the product does where they do.

python -m tools.measure_agreement --reports DIR

The second readings (``tests/golden_pairs/second``) were made blind: from both reports and the list of promises alone.
Where the first judgement differed, an arbiter who did not know whose was whose settled it: the link has his word under
``settled``, and the judgement in use is his.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from tools.linking_gold import GoldLink, GoldPair, load_pairs
from tools.measure_linking import PAIRS, Measure
from tracker.domain.documents import Link
from tracker.domain.matching import link_reports
from tracker.language.lexicon import load_lexicon

SECOND = PAIRS / "second"
NOT_MENTIONED = "not_mentioned"


def judged_twice(reports: Path) -> Iterator[tuple[GoldPair, list[tuple[GoldLink, GoldLink]]]]:
    """Yield each pair that has a second reading with its commitments: the judgement in use and the second reader's."""
    second = {pair.name: pair for pair in load_pairs(SECOND, reports)}
    for pair in load_pairs(PAIRS, reports):
        if pair.name in second and not pair.held_out:
            others = {link.commitment.id: link for link in second[pair.name].links}
            both = [(link, others[link.commitment.id]) for link in pair.links if link.commitment.id in others]
            yield pair, both


def measure(pair: GoldPair, both: list[tuple[GoldLink, GoldLink]]) -> Measure:
    """Count where the readers agree, and where the product agrees with both."""
    result = Measure()
    rows = {row.commitment: row for row in link_reports(pair.earlier, pair.later, load_lexicon()).links}
    for one, other in both:
        _compare(one, other, rows[one.commitment.id], result)
    return result


def _compare(one: GoldLink, other: GoldLink, row: Link, result: Measure) -> None:
    result.count("second reader, outcome", one.outcome == other.outcome)
    result.count("second reader, mentioned", (one.outcome == NOT_MENTIONED) == (other.outcome == NOT_MENTIONED))
    if one.outcome == other.outcome:
        result.count("product, outcome", row.outcome.value == one.outcome)
    if one.repeated_in is not None and other.repeated_in is not None:
        same = set(one.repeated_in) == set(other.repeated_in)
        result.count("second reader, repeated", same)
        if same:
            result.count("product, repeated", set(row.repeated_in) == set(one.repeated_in))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure how far two readers agree.")
    parser.add_argument("--reports", type=Path, required=True, help="where the texts of the published reports lie")
    arguments = parser.parse_args()
    whole = Measure()
    for pair, both in judged_twice(arguments.reports):
        result = measure(pair, both)
        print(pair.name, *result.lines()[:-1], sep="\n")  # noqa: T201
        whole.add(result)
    print("all", *whole.lines()[:-1], sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
