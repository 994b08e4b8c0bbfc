"""What a part speaks of, told by its sentences where its heading does not say: the past, the future, or failings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.outline import Line
from tracker.language.lexicon import Lexicon
from tracker.language.sentences import split_sentences

_FUTURE = re.compile(r"将|力争|拟|下一步|确保|争取|要(?![求素点件])")
_PAST = re.compile(r"了|已|截至|累计|先后|以来|共(?:开展|组织|办理|计)|同比|达到\d|完成了|获评|获得|荣获")


@dataclass(frozen=True, slots=True)
class Voice:
    """Signs of the future and of the past in a part; the share of its sentences that name a failing."""

    future: int
    past: int
    failing: float

    @property
    def looks_ahead(self) -> bool:
        """Say whether it speaks more of what will be done than of what was."""
        return self.future > self.past

    @property
    def looks_back(self) -> bool:
        """Say whether it plainly speaks of what was done."""
        return self.past > self.future + 1

    @property
    def admits(self) -> bool:
        """Say whether most of it names failings."""
        return self.failing > _MOSTLY_FAILING


_MOSTLY_FAILING = 0.6


def voice_of(text: str, heading: Line | None, lines: Sequence[Line], lexicon: Lexicon) -> Voice:
    """Return what the sentences of a part, its heading's body among them, speak of."""
    body = "".join(text[line.start : line.end] for line in (heading, *lines) if line)
    failings = lexicon.pattern("statements.problem_words")
    ranges = [line.body if line.title and line.has_body else (line.start, line.end) for line in lines]
    if heading is not None and heading.has_body:
        ranges.insert(0, heading.body)
    sentences = [sentence for low, high in ranges for sentence in split_sentences(text, low, high)]
    failing = sum(bool(failings.search(text, *sentence)) for sentence in sentences)
    return Voice(len(_FUTURE.findall(body)), len(_PAST.findall(body)), failing / len(sentences) if sentences else 0.0)
