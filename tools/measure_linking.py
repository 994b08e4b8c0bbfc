"""Measure the linking on the hand-judged pairs: trained pairs and pairs held out, side by side.

python -m tools.measure_linking [PAIRS_DIR] [--reports DIR] [--only NAME …] [--mistakes] [--held-out] [--readings]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.linking_gold import GoldLink, GoldPair, load_pairs, places
from tools.readings import HELD_OUT, load_readings
from tracker.domain.documents import Evidence, Figure, Link, Shrunk
from tracker.domain.matching import link_reports
from tracker.domain.matching.words import LinkModel
from tracker.language.lexicon import load_lexicon

PAIRS = Path(__file__).resolve().parents[1] / "tests" / "golden_pairs"


@dataclass(slots=True)
class Measure:
    """Counts of right answers by figure, the scores for the ROC curve, and what went wrong."""

    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    positives: list[float] = field(default_factory=list)
    negatives: list[float] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def count(self, key: str, right: bool) -> None:
        """Count one answer."""
        self.right[key] += right
        self.total[key] += 1

    def add(self, other: Measure) -> None:
        """Add what was measured elsewhere."""
        self.right += other.right
        self.total += other.total
        self.positives += other.positives
        self.negatives += other.negatives
        self.mistakes += other.mistakes

    def rate(self, key: str) -> float:
        """Return the share of right answers, 1.0 where there are none to give."""
        return self.right[key] / self.total[key] if self.total[key] else 1.0

    @property
    def auc(self) -> float:
        """Return the area under the ROC curve of mentioned against not mentioned."""
        pairs = len(self.positives) * len(self.negatives)
        if not pairs:
            return 1.0
        wins = sum((p > n) + 0.5 * (p == n) for p in self.positives for n in self.negatives)
        return wins / pairs

    def lines(self) -> list[str]:
        """Return the figures, one a line."""
        rows = [f"  {key:18} {self.rate(key):.3f}  ({self.right[key]}/{self.total[key]})" for key in sorted(self.total)]
        return [*rows, f"  {'auc':18} {self.auc:.3f}  ({len(self.positives)}+{len(self.negatives)})"]


def measure(pairs: Sequence[GoldPair], model: LinkModel | None = None) -> Measure:
    """Link each pair and compare commitment by commitment."""
    result = Measure()
    for pair in pairs:
        report = link_reports(pair.earlier, pair.later, load_lexicon(), model)
        rows = {link.commitment: link for link in report.links if link.commitment}
        for gold in pair.links:
            _compare(pair, gold, rows[gold.commitment.id], result)
        result.mistakes += [f"{pair.name}: promise not extracted: {anchor}" for anchor in pair.lost]
    return result


def _compare(pair: GoldPair, gold: GoldLink, link: Link, result: Measure) -> None:
    def note(key: str, right: bool, said: object, wanted: object) -> None:
        result.count(key, right)
        if not right:
            text = gold.commitment.text[:40]
            result.mistakes.append(f"{pair.name} {link.commitment} {key}: {text} | said {said} | wanted {wanted}")

    (result.negatives if gold.outcome == "not_mentioned" else result.positives).append(link.score)
    note("outcome", link.outcome.value == gold.outcome, f"{link.outcome.value} {link.score:.2f}", gold.outcome)
    mentioned = gold.outcome != "not_mentioned"
    note("mentioned", (link.outcome.value != "not_mentioned") == mentioned, f"{link.score:.2f}", mentioned)
    if gold.evidence:
        hits = [_covers(pair.later.text, evidence, gold.evidence) for evidence in link.evidence]
        note("evidence_at_1", any(hits[:1]), [e.text[:30] for e in link.evidence[:1]], gold.evidence)
        note("evidence_at_3", any(hits[:3]), [e.text[:30] for e in link.evidence[:3]], gold.evidence)
    for figure in gold.figures:
        found = [one for one in link.figures if one.target == figure["target"]]
        note("figures", any(_same(figure, one) for one in found), [(f.actual, f.met, f.note) for f in found], figure)
    if gold.late is not None:
        note("late", bool(link.late) == gold.late, link.late, gold.late)
    elif gold.outcome != "not_mentioned":
        note("no_late", not link.late, link.late, None)
    if gold.contradicted_by:
        told = any(_covers(pair.later.text, one, gold.contradicted_by) for one in link.contradicted_by)
        note("admissions", told, [one.text[:30] for one in link.contradicted_by], gold.contradicted_by)
    else:
        note("no_admission", not link.contradicted_by, [one.text[:40] for one in link.contradicted_by], "none")
    if gold.repeated_in is not None:
        note("repeated", set(gold.repeated_in) == set(link.repeated_in), link.repeated_in, gold.repeated_in)
    if gold.shrunk:
        values = link.shrunk and (link.shrunk.before, link.shrunk.after)
        # A row has room for one of them.
        note("shrunk", any(_same_shrinking(one, link.shrunk) for one in gold.shrunk), values, gold.shrunk)
    elif gold.repeated_in is not None:
        note("no_shrinking", link.shrunk is None, link.shrunk, None)


def _covers(text: str, evidence: Evidence, anchors: Sequence[str]) -> bool:
    return any(
        min(evidence.span.end, place.end) - max(evidence.span.start, place.start) >= 0.5 * (place.end - place.start)
        for place in places(text, anchors)
    )


def _same_shrinking(gold: dict[str, Any], shrunk: Shrunk | None) -> bool:
    """Say whether the same target shrank; of dates the months are compared."""
    if shrunk is None:
        return False
    if isinstance(gold["from"], str):
        months = tuple(float(gold[key].split("-")[1]) for key in ("from", "to"))
        return shrunk.unit == "月" and (shrunk.before, shrunk.after) == months
    return (shrunk.before, shrunk.after) == (gold["from"], gold["to"])


def _same(gold: dict[str, object], figure: Figure) -> bool:
    return figure.actual == gold["actual"] and figure.met == gold["met"]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure the linking on hand-judged pairs.")
    parser.add_argument("folder", type=Path, nargs="?", default=PAIRS)
    parser.add_argument("--reports", type=Path, help="where the texts of single-file pairs lie")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--mistakes", action="store_true", help="of the pairs trained on")
    parser.add_argument("--held-out", action="store_true", help="measure on the pairs held out as well")
    parser.add_argument("--readings", action="store_true", help="measure on the short readings alone")
    arguments = parser.parse_args()
    if arguments.readings:
        _print("readings", measure(load_readings()), mistakes=arguments.mistakes)
        if arguments.held_out:
            _print("readings held out", measure(load_readings(HELD_OUT)), mistakes=False)
        return
    pairs = [
        p for p in load_pairs(arguments.folder, arguments.reports) if not arguments.only or p.name in arguments.only
    ]
    for title, group in (
        ("trained", [pair for pair in pairs if not pair.held_out]),
        ("held out", [pair for pair in pairs if pair.held_out]),
    ):
        if group and (title == "trained" or arguments.held_out):
            names = ", ".join(pair.name for pair in group)
            _print(f"{title} {names}", measure(group), mistakes=arguments.mistakes and title == "trained")


def _print(title: str, result: Measure, *, mistakes: bool) -> None:
    print("\n".join([title, *result.lines(), *(result.mistakes if mistakes else ())]))  # noqa: T201


if __name__ == "__main__":
    main()
