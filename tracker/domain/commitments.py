"""An item cut into commitments: one action with one object each, nothing lost between them."""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.domain.outline import Range
from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.sentences import split_clauses, split_sentences

_SHORTEST = 6
_TIME_FRONT = r"(?:[一二三四1-4]季度|[上下]半年|年内|年底前|全年|\d{1,2}月(?:底|份)?前?|每[月年周]|每季度|，){0,4}"


@lru_cache(maxsize=4)
def _patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str]]:
    result = re.compile(
        alternatives(
            [
                *lexicon.words("verbs.result"),
                "以",
                "并",
                "从而",
                "进而",
                "从",
                "在",
                "通过",
                "结合",
                "按照",
                "围绕",
                "坚持",
                "把",
                "将",
                "对",
                "针对",
                "根据",
                "依托",
                "利用",
                "充分",
            ]
        )
    )
    action = re.compile(
        _TIME_FRONT
        + alternatives(lexicon.words("verbs.delivering"))
        + "|"
        + _TIME_FRONT
        + alternatives(lexicon.words("verbs.action"))
    )
    return action, result


def split_commitments(text: str, start: int, end: int, lexicon: Lexicon) -> list[Range]:
    """Return ranges that cover ``text[start:end]`` wholly: sentences, cut again where a clause opens a new action."""
    action, result = _patterns(lexicon)
    pieces: list[Range] = []
    for low, high in split_sentences(text, start, end):
        at = low
        acted = False
        for clause_low, clause_high in split_clauses(text, low, high):
            opens = bool(action.match(text, clause_low, clause_high)) and not result.match(
                text, clause_low, clause_high
            )
            if opens and acted and clause_low - at >= _SHORTEST:
                pieces.append((at, clause_low))
                at = clause_low
            acted = acted or opens
        pieces.append((at, high))
    return _merged(pieces)


def _merged(pieces: list[Range]) -> list[Range]:
    """Join pieces too short to stand alone to the one before them."""
    merged: list[Range] = []
    for low, high in pieces:
        if merged and high - low < _SHORTEST:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged
