"""What a corrected report leaves as it was: which promises have to be held against it again, and which need not.

A sentence is the same when its words and its place (kind of section, heading) are. A promise is touched when a sentence it rests on
is gone, when a new sentence speaks of something it names, or when what the new plan did with it has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.documents import Outcome, ReportReading, SectionKind, Span
from tracker.domain.link_proposals import nearest, verbatim
from tracker.domain.passage_view import shared_words
from tracker.domain.proposals import comparable
from tracker.language.sentences import split_sentences

Json = dict[str, Any]
RELATED = 4
"""How many characters of a promise's words a new sentence must share to be worth a look, each word counted once."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a corrected version changes: stretches of the old text that are gone, sentences and plan items that are new.

    ``items`` maps the ids of the old version's plan items to those of the new one, where the words are the same.
    """

    gone: tuple[Span, ...]
    added: tuple[str, ...]
    added_items: tuple[str, ...]
    items: Mapping[str, str]

    @property
    def claims_nothing_new(self) -> bool:
        """Whether the correction says nothing outside the plan that the old version did not say."""
        return not self.added and not self.gone


def changes_between(old: ReportReading, new: ReportReading) -> Changes:
    """Compare two versions of a report."""
    before, after = _sentences(old), _sentences(new)
    known = Counter(key for key, _ in after)
    gone = []
    for key, span in before:
        known[key] -= 1
        if known[key] < 0:
            gone.append(span)
    there = Counter(key for key, _ in before)
    added = []
    for key, span in after:
        there[key] -= 1
        if there[key] < 0:
            added.append(span.of(new.text))
    ids = {comparable(item.text): item.id for item in new.items}
    items = {item.id: ids[comparable(item.text)] for item in old.items if comparable(item.text) in ids}
    same = set(items.values())
    return Changes(tuple(gone), tuple(added), tuple(item.text for item in new.items if item.id not in same), items)


def _sentences(reading: ReportReading) -> list[tuple[tuple[str, str, str], Span]]:
    """Return the sentences outside the plan with what makes them the same: section, heading and words."""
    found = []
    for kind, heading, area in _areas(reading):
        if kind is SectionKind.PLAN:
            continue
        start = area.start
        for line in area.of(reading.text).split("\n"):
            for low, high in split_sentences(reading.text, start, start + len(line)):
                words = reading.text[low:high].strip()
                if words:
                    found.append(((kind.value, heading, words), Span(low, high)))
            start += len(line) + 1
    return found


def _areas(reading: ReportReading) -> list[tuple[SectionKind, str, Span]]:
    """Return the sections, and what stands between them as something else."""
    areas, at = [], 0
    for section in sorted(reading.sections, key=lambda one: (one.span.start, one.span.end)):
        if section.span.start > at:
            areas.append((SectionKind.OTHER, "", Span(at, section.span.start)))
        areas.append((section.kind, section.heading, section.span))
        at = max(at, section.span.end)
    if at < len(reading.text):
        areas.append((SectionKind.OTHER, "", Span(at, len(reading.text))))
    return areas


# ---- is a promise touched -------------------------------------------------------------------------------------------


def is_touched(wording: str, rows: Sequence[Json], changes: Changes) -> bool:
    """Say whether a promise must be held against the new version; ``rows`` are the matcher's answers to the old one."""
    passages = [passage for row in rows for name in ("evidence", "contradicted_by") for passage in row[name]]
    if any(_overlaps(passage, gone) for passage in passages for gone in changes.gone):
        return True
    repeated = {item for row in rows for item in row["repeated_in"]}
    if not repeated <= changes.items.keys():
        return True
    silent = any(row["outcome"] == Outcome.NOT_MENTIONED.value for row in rows)
    if changes.added and silent:  # whatever is new may speak of it in other words
        return True
    return any(shares_words(text, wording) for text in (*changes.added, *changes.added_items))


def shares_words(sentence: str, wording: str) -> bool:
    """Say whether a sentence has enough words of a promise to be worth a look."""
    return sum(map(len, {words for words, shared in shared_words(sentence, wording) if shared})) >= RELATED


def _overlaps(passage: Json, span: Span) -> bool:
    return bool(passage["start"] < span.end and span.start < passage["end"])


def moved_passages(passages: Sequence[Json], reading: ReportReading) -> list[Json] | None:
    """Return passages as they stand in a new version; None where one is not there word for word."""
    moved = []
    for passage in passages:
        start = nearest(reading.text, passage["text"], passage["start"])
        if start is None:
            return None
        moved.append({**passage, "start": start, "end": start + len(passage["text"])})
    return verbatim(moved, reading.text, reading.sections)


def moved_answer(answer: Json, changes: Changes, reading: ReportReading) -> Json | None:
    """Return an answer to the old version as one to the new; None where its words are not there."""
    evidence = moved_passages(answer["evidence"], reading)
    admitted = moved_passages(answer["contradicted_by"], reading)
    if evidence is None or admitted is None or not set(answer["repeated_in"]) <= changes.items.keys():
        return None
    repeated = [changes.items[item] for item in answer["repeated_in"]]
    return {**answer, "evidence": evidence, "contradicted_by": admitted, "repeated_in": repeated}
