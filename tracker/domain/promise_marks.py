"""Two items side by side: which passages both have, and what is different in them — numbers, dates, words left out or added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.repeated_promises import Run, overlap
from tracker.language.folding import NUMBER, Folded, fold, token_spans
from tracker.language.lexicon import Lexicon

LEAST_WORDS = 2
"""Characters that are left out or added to be told; one alone says nothing."""
_DATE_WORD = re.compile(r"[年月日号旬]|季度")
_UNIT = re.compile(r"月底前|月底|季度|人次|场次|[^\W\d_]?")
_LABEL_AFTER = re.compile(r"[）)、.．]|是")
_NO_WORD = re.compile(r"[\W_]+")


class ChangeKind(StrEnum):
    """What sort of difference."""

    TIME = "time"
    AMOUNT = "amount"
    LEFT_OUT = "left_out"
    ADDED = "added"


CHANGE_LABELS = {
    ChangeKind.TIME: "时间",
    ChangeKind.AMOUNT: "数字",
    ChangeKind.LEFT_OUT: "本条删去",
    ChangeKind.ADDED: "本条增加",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``before`` in the other item, ``after`` in this one; one of them empty where words came or went."""

    kind: ChangeKind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: shared with the other item or not; ``differs`` is a number within a shared passage."""

    text: str
    shared: bool
    differs: bool = False


@dataclass(frozen=True, slots=True)
class SideBySide:
    """This item and the other one with their shared passages marked, and what is different."""

    here: tuple[Piece, ...]
    there: tuple[Piece, ...]
    changes: tuple[Change, ...]


def side_by_side(here: str, there: str, lexicon: Lexicon) -> SideBySide:
    """Compare two texts for a person to read."""
    left, right = _Side(here, lexicon), _Side(there, lexicon)
    runs = overlap(left.folded, right.folded).runs
    changes = []
    for run in runs:
        changes += _mark(_without_loose_number(run, left, right), left, right)
    changes += [Change(ChangeKind.LEFT_OUT, words, "") for words in right.unshared()]
    changes += [Change(ChangeKind.ADDED, "", words) for words in left.unshared()]
    return SideBySide(left.pieces(), right.pieces(), tuple(dict.fromkeys(changes)))


SHARED, DIFFERS = 1, 2


class _Side:
    """One of the two texts with what is known of each of its tokens."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.folded: Folded = fold(text, lexicon)
        self.spans: Sequence[tuple[int, int]] = token_spans(text, lexicon)
        self.state = bytearray(len(self.folded.tokens))

    def word(self, at: int) -> str:
        start, end = self.spans[at]
        return self.text[start:end]

    def is_label(self, at: int) -> bool:
        """Say whether a number only numbers the items: （三）, 3., 三是."""
        start, end = self.spans[at]
        opens = start == 0 or self.text[start - 1] in "（(。；\n"
        return opens and _LABEL_AFTER.match(self.text, end) is not None

    def with_unit(self, at: int) -> str:
        """Return a number with the word or two after it: 4次, 6月底."""
        end = self.spans[at][1]
        unit = _UNIT.match(self.text, end)
        return self.word(at) + (unit.group() if unit else "")

    def pieces(self) -> tuple[Piece, ...]:
        """Return the text cut where its state changes; punctuation between two shared words is shared."""
        cuts: list[tuple[int, int, int]] = []
        at = 0
        for (start, end), state in zip(self.spans, self.state, strict=True):
            last = cuts[-1][2] if cuts else 0
            between = SHARED if last and state else 0
            cuts += [(at, start, between), (start, end, state)]
            at = end
        cuts.append((at, len(self.text), 0))
        joined: list[tuple[int, int, int]] = []
        for start, end, state in cuts:
            if start == end:
                continue
            if joined and joined[-1][2] == state:
                joined[-1] = (joined[-1][0], end, state)
            else:
                joined.append((start, end, state))
        return tuple(Piece(self.text[start:end], state > 0, state == DIFFERS) for start, end, state in joined)

    def unshared(self) -> list[str]:
        """Return the stretches that the other text has not, without punctuation around them."""
        texts = [
            _NO_WORD.sub("", piece.text) and piece.text.strip("，。；：、 \n")
            for piece in self.pieces()
            if not piece.shared
        ]
        return [text for text in texts if len(_NO_WORD.sub("", text)) >= LEAST_WORDS]


def _without_loose_number(run: Run, left: _Side, right: _Side) -> Run:
    """Cut a number off a passage's end where the two differ: what it counts is no longer the same."""
    length = run.length
    while length and left.folded.tokens[run.left + length - 1] == NUMBER:
        if left.word(run.left + length - 1) == right.word(run.right + length - 1):
            break
        length -= 1
    return Run(run.left, run.right, length)


def _mark(run: Run, left: _Side, right: _Side) -> list[Change]:
    changes = []
    for step in range(run.length):
        here, there = run.left + step, run.right + step
        number = left.folded.tokens[here] == NUMBER and not (left.is_label(here) and right.is_label(there))
        differs = number and left.word(here) != right.word(there)
        left.state[here] = max(left.state[here], DIFFERS if differs else SHARED)
        right.state[there] = max(right.state[there], DIFFERS if differs else SHARED)
        if differs:
            before, after = right.with_unit(there), left.with_unit(here)
            kind = ChangeKind.TIME if _DATE_WORD.match(after[len(left.word(here)) :]) else ChangeKind.AMOUNT
            changes.append(Change(kind, before, after))
    return changes
