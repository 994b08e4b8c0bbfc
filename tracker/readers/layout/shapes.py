"""What a page is made of. Any unit of length will do; x grows to the right, y grows downwards."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Piece:
    """A character, or several that stand together. ``y`` is the baseline, ``size`` the height of the letters' box."""

    text: str
    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line that is level or upright: the border of a table, an underline."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def is_level(self) -> bool:
        """Whether it runs from left to right."""
        return self.x1 - self.x0 >= self.y1 - self.y0


@dataclass(slots=True)
class Page:
    """One page. ``is_picture`` says that it has a picture and no text: a scan."""

    number: int
    width: float
    height: float
    pieces: list[Piece] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    is_picture: bool = False


@dataclass(slots=True)
class TextLine:
    """One line of print: pieces on one baseline with no wide gap between them. ``em`` is the width of an ideograph."""

    text: str
    x0: float
    x1: float
    y: float
    em: float
    page: int = 0
    first_width: float = 0.0  # of what cannot be parted at the line's beginning
    glued_width: float = 0.0  # the same where quotation marks hold to what stands on either side of them
    hang: float = 0.0  # width of the closing punctuation at the line's end

    @property
    def width(self) -> float:
        """How wide the line is printed."""
        return self.x1 - self.x0


def median(values: Iterable[float], default: float = 0.0) -> float:
    """Return the median, ``default`` where there is nothing."""
    found = list(values)
    return statistics.median(found) if found else default
