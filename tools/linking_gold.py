"""Hand-judged pairs of consecutive reports, for training and measuring the linking.

A pair is a folder with ``earlier.txt``, ``later.txt`` and ``links.json``; or, where the texts lie elsewhere, a single
JSON file that names them in ``earlier`` and ``later``. A link names its promise by a few words of the earlier report
(``promise``) and says ``outcome``; where they apply ``evidence``, ``contradicted_by`` and ``repeated_in`` (words of the
later report), ``late``, ``figures`` and ``shrunk``. Whether the new plan takes it up again was judged for all links unless
the pair says ``"repeats_judged": false``; then for those that say it themselves. In pairs with ``"teaches_repeats": false``
that is measured, not learnt from.

Pairs in the folder ``held_out``, and those whose JSON says ``"held_out": true``, are measured only: nothing is trained
on them or tuned to them, and nobody reads their mistakes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.domain.documents import Block, Commitment, Document, PlanItem, ReportReading, Span
from tracker.domain.extraction import read_report
from tracker.language.lexicon import load_lexicon

HELD_OUT_FOLDER = "held_out"


@dataclass(frozen=True, slots=True)
class GoldLink:
    """What a careful reader says of one commitment; several entries for one commitment are merged."""

    item: PlanItem
    commitment: Commitment
    outcome: str
    evidence: tuple[str, ...]
    contradicted_by: tuple[str, ...]
    repeated_in: tuple[str, ...] | None
    figures: tuple[dict[str, Any], ...]
    late: bool | None
    shrunk: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class GoldPair:
    """Two readings and the links between them."""

    name: str
    held_out: bool
    earlier: ReportReading
    later: ReportReading
    plan_year: int
    entries: tuple[dict[str, Any], ...]
    repeats_judged: bool
    teaches_repeats: bool
    links: tuple[GoldLink, ...]
    lost: tuple[str, ...]


def load_pairs(folder: Path, reports: Path | None = None) -> list[GoldPair]:
    """Return the pairs of a folder, by name; those whose texts lie in ``reports`` only where it is given."""
    pairs = [
        _pair(path, path / "earlier.txt", path / "later.txt", path / "links.json")
        for home in (folder, folder / HELD_OUT_FOLDER)
        for path in _folders(home)
    ]
    if reports is not None:
        for path in sorted(folder.glob("*.json")):
            entry = json.loads(path.read_text(encoding="utf-8"))
            pairs.append(_pair(path, reports / entry["earlier"], reports / entry["later"], path))
    return sorted(pairs, key=lambda pair: pair.name)


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if (path / "links.json").is_file())


def _pair(home: Path, earlier: Path, later: Path, links: Path) -> GoldPair:
    gold = json.loads(links.read_text(encoding="utf-8"))
    return pair_of(
        home.stem,
        earlier.read_text(encoding="utf-8"),
        later.read_text(encoding="utf-8"),
        gold["links"],
        gold["plan_year"],
        held_out=home.parent.name == HELD_OUT_FOLDER or gold.get("held_out", False),
        repeats=gold.get("repeats_judged", True),
        teaches_repeats=gold.get("teaches_repeats", True),
    )


def pair_of(
    name: str,
    earlier: str,
    later: str,
    entries: Sequence[dict[str, Any]],
    plan_year: int,
    *,
    held_out: bool = False,
    repeats: bool = False,
    teaches_repeats: bool = True,
) -> GoldPair:
    """Return the pair of two plain texts and the judged links, as ``links.json`` has them."""
    one, two = read_text(earlier), read_text(later)
    found, lost = _links(entries, one, two, repeats=repeats)
    return GoldPair(
        name, held_out, one, two, plan_year, tuple(entries), repeats, teaches_repeats, tuple(found), tuple(lost)
    )


def read_text(text: str) -> ReportReading:
    """Read a plain text, one block a line."""
    stripped = text.lstrip("\ufeff").replace("\r\n", "\n").strip("\n")
    blocks, at = [], 0
    for line in stripped.split("\n"):
        blocks.append(Block(Span(at, at + len(line))))
        at += len(line) + 1
    return read_report(Document(stripped, tuple(blocks), "text"), load_lexicon())


def _links(
    entries: Sequence[dict[str, Any]], earlier: ReportReading, later: ReportReading, *, repeats: bool
) -> tuple[list[GoldLink], list[str]]:
    grouped: dict[str, list[tuple[PlanItem, Commitment, dict[str, Any]]]] = {}
    lost: list[str] = []
    for entry in entries:
        place = _commitment(entry["promise"], earlier)
        if place is None:
            lost.append(entry["promise"])
        else:
            grouped.setdefault(place[1].id, []).append((*place, entry))
    return [_merged(group, later, repeats=repeats) for group in grouped.values()], lost


def _commitment(anchor: str, reading: ReportReading) -> tuple[PlanItem, Commitment] | None:
    best: tuple[int, PlanItem, Commitment] | None = None
    at = reading.text.find(anchor)
    while at >= 0:
        for item in reading.items:
            for commitment in item.commitments:
                span = commitment.span
                overlap = min(at + len(anchor), span.end) - max(at, span.start)
                if overlap > 0 and (best is None or overlap > best[0]):
                    best = (overlap, item, commitment)
        at = reading.text.find(anchor, at + 1)
    return (best[1], best[2]) if best else None


def _merged(
    group: list[tuple[PlanItem, Commitment, dict[str, Any]]], later: ReportReading, *, repeats: bool
) -> GoldLink:
    item, commitment, _ = group[0]
    entries = [entry for _, _, entry in group]
    outcomes = {entry["outcome"] for entry in entries}
    judged = repeats or all(entry.get("repeats_judged") for entry in entries)
    lates = [entry["late"] for entry in entries if entry.get("late") is not None]
    return GoldLink(
        item=item,
        commitment=commitment,
        outcome=outcomes.pop() if len(outcomes) == 1 else "partial",
        evidence=tuple(anchor for entry in entries for anchor in entry.get("evidence", ())),
        contradicted_by=tuple(anchor for entry in entries for anchor in entry.get("contradicted_by", ())),
        repeated_in=_items([a for entry in entries for a in entry.get("repeated_in", ())], later) if judged else None,
        figures=tuple(figure for entry in entries for figure in entry.get("figures", ())),
        late=any(lates) if lates else None,
        shrunk=tuple(entry["shrunk"] for entry in entries if entry.get("shrunk")),
    )


def _items(anchors: Sequence[str], later: ReportReading) -> tuple[str, ...]:
    """Return the ids of the later plan's items in which the anchors stand: in one of its commitments, else in its title."""
    found: dict[str, None] = {}
    for anchor in anchors:
        place = _commitment(anchor, later)
        item = place[0] if place else _item(anchor, later)
        found[item.id if item else f"?{anchor}"] = None
    return tuple(found)


def _item(anchor: str, reading: ReportReading) -> PlanItem | None:
    spans = places(reading.text, [anchor])
    return next((i for i in reading.items for span in spans if i.span.start <= span.start < i.span.end), None)


def places(text: str, anchors: Sequence[str]) -> list[Span]:
    """Return every place where one of the anchors stands."""
    spans: list[Span] = []
    for anchor in anchors:
        at = text.find(anchor)
        while at >= 0:
            spans.append(Span(at, at + len(anchor)))
            at = text.find(anchor, at + 1)
    return spans
