"""Hand-made annotations of a report, and where their anchors lie in its text.

An annotation quotes: an item by the first and the last words of its body, a problem, a heading or a piece of
evidence as a whole. Quotes are looked up without regard to white space, to the width of signs and to the form of
quotation marks, so that a reader may tidy a text without losing its annotations.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.documents import Span

_QUOTES = str.maketrans("“”‘’〝〞", '""\'\'""')
_SENTENCE_ENDS = "。;；！？!?(（"
_TAIL = re.compile(r"[。;；,]?\s{0,3}(?:[(（〔\[【]?(?:责任|牵头|主办|配合|协办|完成时)[^。\n]{0,120}\n?){1,4}")
_FIELD_NAME = re.compile(r"\W*(?:\w{2,6}[：:])?\W*")
_NOT_CONTENT = re.compile(r"[\W_]+")


def content_length(text: str) -> int:
    """Return the number of letters, digits and characters; punctuation and white space do not count."""
    return len(_NOT_CONTENT.sub("", text))


def overlap(text: str, left: Span, right: Span) -> int:
    """Return the content length that two spans of ``text`` share."""
    start, end = max(left.start, right.start), min(left.end, right.end)
    return content_length(text[start:end]) if start < end else 0


class AnchoredText:
    """A text in which quotes are found in spite of white space, widths and quotation marks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._origins = array("l")
        pieces: list[str] = []
        for offset, char in enumerate(text):
            folded = fold_quote(char)
            pieces.append(folded)
            self._origins.extend([offset] * len(folded))
        self._folded = "".join(pieces)

    def find(self, quote: str, after: int = 0, before: int | None = None) -> Span | None:
        """Return the first place of ``quote`` that begins at or after ``after`` and ends by ``before``."""
        return next(iter(self.find_all(quote, after, before)), None)

    def find_all(self, quote: str, after: int = 0, before: int | None = None) -> list[Span]:
        """Return every place of ``quote`` between the two offsets, in order."""
        needle = fold_quote(quote)
        found: list[Span] = []
        at = self._folded.find(needle) if needle else -1
        while at >= 0:
            span = Span(self._origins[at], self._origins[at + len(needle) - 1] + 1)
            if span.start >= after and (before is None or span.end <= before):
                found.append(span)
            at = self._folded.find(needle, at + 1)
        return found


def fold_quote(text: str) -> str:
    """Return ``text`` as quotes are compared: no white space, uniform widths and quotation marks."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).split())


@dataclass(frozen=True, slots=True)
class GoldItem:
    """One annotated plan item and where it stands: ``body`` runs from its first to its last words.

    ``whole`` also takes in what a reading may rightly count as part of it: number and title before the body, the
    remark on responsible units after it.
    """

    entry: Mapping[str, Any]
    body: Span
    whole: Span

    @property
    def id(self) -> str:
        """The annotation's own id."""
        return str(self.entry["id"])


def annotated_part(anchored: AnchoredText, gold: Mapping[str, Any]) -> Span | None:
    """Return the part of the text that an annotation covers (``from`` up to ``to``), None where it covers all.

    Where one of the two anchors is missing or not found, the part reaches to that end of the text.
    """
    if "from" not in gold and "to" not in gold:
        return None
    first = anchored.find(str(gold["from"])) if "from" in gold else None
    start = first.start if first else 0
    last = anchored.find(str(gold["to"]), start) if "to" in gold else None
    return Span(start, last.start if last else len(anchored.text))


def place_items(anchored: AnchoredText, entries: Sequence[Mapping[str, Any]], plan_start: int) -> list[GoldItem]:
    """Return the items whose anchors are found, in the order of ``entries``.

    ``starts``: the place preceded by the item's title or number, else the first in the plan section, else the first
    anywhere. ``ends``: the last place in the same line before the next item begins (a place where a sentence ends
    rather than one in mid-sentence), else the first one after.
    """
    openings = [_find_opening(anchored, entry, plan_start) for entry in entries]
    starts = sorted(span.start for span in openings if span is not None)
    placed: list[GoldItem] = []
    for entry, opening in zip(entries, openings, strict=True):
        if opening is None:
            continue
        limit = next((start for start in starts if start > opening.start), len(anchored.text))
        closing = _find_closing(anchored, str(entry["ends"]), opening, limit)
        if closing is not None:
            body = Span(opening.start, max(opening.end, closing.end))
            placed.append(GoldItem(entry, body, _whole(anchored.text, entry, body)))
    return placed


def find_each(anchored: AnchoredText, quotes: Iterable[str], after: int = 0) -> list[Span | None]:
    """Return the place of each quote, each one sought behind the one before it, then behind ``after``, then anywhere."""
    found: list[Span | None] = []
    at = after
    for quote in quotes:
        span = anchored.find(quote, at) or anchored.find(quote, after) or anchored.find(quote)
        found.append(span)
        at = span.end if span else at
    return found


def _find_opening(anchored: AnchoredText, entry: Mapping[str, Any], plan_start: int) -> Span | None:
    places = anchored.find_all(str(entry["starts"]))
    heads = [fold_quote(str(entry[key])) for key in ("title", "label") if entry.get(key)]
    for head in heads:
        for place in places:
            before = _NOT_CONTENT.sub("", fold_quote(anchored.text[max(0, place.start - len(head) - 12) : place.start]))
            if before.endswith(_NOT_CONTENT.sub("", head)):
                return place
    in_plan = [place for place in places if place.start >= plan_start]
    return next(iter(in_plan or places), None)


def _find_closing(anchored: AnchoredText, ends: str, opening: Span, limit: int) -> Span | None:
    text = anchored.text
    places = anchored.find_all(ends, opening.start, limit)
    line_end = text.find("\n", opening.start)
    same_line = [place for place in places if line_end < 0 or place.end <= line_end]
    if not same_line:
        return places[0] if places else None
    finished = [place for place in same_line if _ends_sentence(text, place.end)]
    return (finished or same_line)[-1]


def _ends_sentence(text: str, at: int) -> bool:
    rest = text[at : at + 3].lstrip('”’》）)" ')
    return not rest or rest[0] in _SENTENCE_ENDS or rest[0] == "\n"


def _whole(text: str, entry: Mapping[str, Any], body: Span) -> Span:
    """Widen ``body`` over title and number before it (a field's name may stand between) and the units after it."""
    start = body.start
    for key in ("title", "label"):
        head = str(entry.get(key) or "")
        place = text.rfind(head, max(0, start - len(head) - 12), start) if head else -1
        if place >= 0 and _FIELD_NAME.fullmatch(text, place + len(head), start):
            start = place
    tail = _TAIL.match(text, body.end)
    return Span(start, tail.end() if tail else body.end)
