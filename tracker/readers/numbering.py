"""Word's automatic numbers, worked out from numbering.xml and styles.xml (ECMA-376 part 1, 17.9).

A paragraph is numbered by its own ``numPr`` or that of its style's chain. Counters belong to the abstract
definition, so lists that share one run on; an override starts anew at its first use; using a level resets the deeper ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml import etree

from tracker.readers.number_formats import format_number
from tracker.readers.wordml import MC, attribute, child, children, is_on, local, number, path

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_LONGEST_CHAIN = 20
_CHINESE_NUMERALS = "〇零一二三四五六七八九十百千"


@dataclass(frozen=True, slots=True)
class Level:
    """How one level counts. ``restart`` is the 1-based level whose use resets it; None every higher one, 0 none."""

    start: int = 1
    number_format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    hidden: bool = False
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph or character style says of numbering and hiding."""

    name: str
    based_on: str | None
    num_id: int | None
    level: int | None
    hidden: bool | None


@dataclass(frozen=True, slots=True)
class _Num:
    abstract: int
    starts: Mapping[int, int]
    levels: Mapping[int, Level]


class StyleSheet:
    """The styles of a document by their id."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._read: dict[str, Style] = {}
        self._chains: dict[str | None, list[tuple[str, Style]]] = {}
        self._default: str | None = None
        for element in children(root, "style") if root is not None else ():
            style_id = attribute(element, "styleId")
            if style_id is None:
                continue
            self._elements[style_id] = element
            if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true", "on"):
                self._default = style_id

    def _get(self, style_id: str | None) -> Style | None:
        """Return a style, read when first asked for: a document uses few of those it carries."""
        if style_id is None or style_id not in self._elements:
            return None
        if style_id not in self._read:
            self._read[style_id] = _read_style(self._elements[style_id])
        return self._read[style_id]

    def chain(self, style_id: str | None) -> list[tuple[str, Style]]:
        """Return a style and those it is based on, nearest first; the default style where ``style_id`` is None."""
        if style_id not in self._chains:
            self._chains[style_id] = self._follow(style_id)
        return self._chains[style_id]

    def _follow(self, style_id: str | None) -> list[tuple[str, Style]]:
        found: list[tuple[str, Style]] = []
        current = style_id if style_id in self._elements else self._default
        while current is not None and len(found) < _LONGEST_CHAIN:
            style = self._get(current)
            if style is None:
                break
            found.append((current, style))
            current = style.based_on
        return found

    def name(self, style_id: str | None) -> str | None:
        """Return the style's name as Word shows it."""
        style = self._get(style_id or self._default)
        return style.name if style else None

    def hides(self, style_id: str | None) -> bool:
        """Say whether text in this style is hidden."""
        if style_id is None:
            return False
        return next((style.hidden for _, style in self.chain(style_id) if style.hidden is not None), False)

    def list_number(self, style_id: str) -> int | None:
        """Return the numbering instance that a numbering style names."""
        style = self._get(style_id)
        return style.num_id if style else None


def _read_style(element: etree._Element) -> Style:
    properties = path(element, "pPr", "numPr")
    hidden = path(element, "rPr", "vanish")
    return Style(
        name=attribute(child(element, "name"), "val") or "",
        based_on=attribute(child(element, "basedOn"), "val"),
        num_id=number(child(properties, "numId")),
        level=number(child(properties, "ilvl")),
        hidden=None if hidden is None else is_on(hidden),
    )


class Numbering:
    """Counts through a document: ``label`` must be called once for each paragraph, in order."""

    def __init__(self, root: etree._Element | None, styles: StyleSheet) -> None:
        self._styles = styles
        self._definitions: dict[int, etree._Element] = {}
        self._abstracts: dict[int, dict[int, Level]] = {}
        self._links: dict[int, str] = {}
        self._nums: dict[int, _Num] = {}
        self._of_style: dict[str | None, tuple[int, int] | None] = {}
        self._counters: dict[int, dict[int, int]] = {}
        self._started: set[tuple[int, int]] = set()
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                self._read_abstract(element)
            elif local(element) == "num":
                self._read_num(element)
        self._nums = {num_id: replace(num, abstract=self._resolve(num.abstract)) for num_id, num in self._nums.items()}

    def restarted(self) -> Numbering:
        """Return this numbering with all counters at their beginning."""
        self._counters, self._started = {}, set()
        return self

    def label(self, properties: etree._Element | None, style_id: str | None) -> str:
        """Return the number shown before a paragraph with these ``pPr``, and count it; "" where there is none."""
        own = child(properties, "numPr")
        found = self._by_style(style_id) if own is None else self._find(own, style_id)
        if found is None:
            return ""
        num_id, index = found
        num = self._nums[num_id]
        levels = self._levels(num)
        level = levels.get(index)
        if level is None:
            return ""
        values = self._counters.setdefault(num.abstract, {})
        self._count(num_id, num, index, level, values)
        for deeper, definition in levels.items():
            if deeper > index and self._resets(definition.restart, index, deeper):
                values.pop(deeper, None)
        if level.hidden or level.number_format == "bullet":
            return ""
        return _render(level, index, levels, values)

    def _by_style(self, style_id: str | None) -> tuple[int, int] | None:
        """Return what a style alone says: the same for each of its paragraphs."""
        if style_id not in self._of_style:
            self._of_style[style_id] = self._find(None, style_id)
        return self._of_style[style_id]

    def _find(self, own: etree._Element | None, style_id: str | None) -> tuple[int, int] | None:
        """Return the numbering instance and the level of a paragraph, its own ``numPr`` before its style's."""
        num_id, index = number(child(own, "numId")), number(child(own, "ilvl"))
        from_style: str | None = None
        for name, style in self._styles.chain(style_id):
            if num_id is None and style.num_id is not None:
                num_id, from_style = style.num_id, name
            if index is None and style.level is not None:
                index = style.level
        if not num_id or num_id not in self._nums:
            return None
        if from_style is not None and own is None:
            linked = self._level_of_style(num_id, style_id, from_style)
            index = linked if linked is not None else index
        return num_id, min(max(index or 0, 0), _LEVELS - 1)

    def _level_of_style(self, num_id: int, *style_ids: str | None) -> int | None:
        """Return the level that names one of these styles: Word goes by that, not by the style's own level."""
        levels = self._levels(self._nums[num_id])
        for style_id in style_ids:
            for index, level in levels.items():
                if style_id is not None and level.style == style_id:
                    return index
        return None

    def _levels(self, num: _Num) -> dict[int, Level]:
        """Return the levels of an instance, its overrides on top."""
        levels = self._abstract(num.abstract)
        return {**levels, **num.levels} if num.levels else levels

    def _abstract(self, abstract: int) -> dict[int, Level]:
        """Return the levels of a definition, read when first asked for: a document uses few of those it carries."""
        if abstract not in self._abstracts:
            element = self._definitions.get(abstract)
            found = children(element, "lvl") if element is not None else ()
            self._abstracts[abstract] = {
                index: _read_level(each) for each in found if (index := number(each, "ilvl")) is not None
            }
        return self._abstracts[abstract]

    def _count(self, num_id: int, num: _Num, index: int, level: Level, values: dict[int, int]) -> None:
        start = num.starts.get(index, level.start)
        if index in num.starts and (num_id, index) not in self._started:
            self._started.add((num_id, index))
            values[index] = start
        elif index in values:
            values[index] += 1
        else:
            values[index] = start

    @staticmethod
    def _resets(restart: int | None, used: int, deeper: int) -> bool:
        return used < (deeper if restart is None else min(restart, deeper))

    def _resolve(self, abstract: int) -> int:
        """Follow links to numbering styles to the definition that has the levels."""
        for _ in range(_LONGEST_CHAIN):
            link = self._links.get(abstract)
            linked = self._nums.get(self._styles.list_number(link) or 0) if link else None
            if linked is None or linked.abstract == abstract:
                break
            abstract = linked.abstract
        return abstract

    def _read_abstract(self, element: etree._Element) -> None:
        abstract = number(element, "abstractNumId")
        if abstract is None:
            return
        link = attribute(child(element, "numStyleLink"), "val")
        if link:
            self._links[abstract] = link
        self._definitions[abstract] = element

    def _read_num(self, element: etree._Element) -> None:
        num_id, abstract = number(element, "numId"), number(child(element, "abstractNumId"))
        if num_id is None or abstract is None:
            return
        starts: dict[int, int] = {}
        levels: dict[int, Level] = {}
        for override in children(element, "lvlOverride"):
            index = number(override, "ilvl")
            if index is None:
                continue
            start = number(child(override, "startOverride"))
            if start is not None:
                starts[index] = start
            definition = child(override, "lvl")
            if definition is not None:
                levels[index] = _read_level(definition)
        self._nums[num_id] = _Num(abstract, starts, levels)


def _read_level(element: etree._Element) -> Level:
    start = number(child(element, "start"))
    number_format = path(element, "numFmt")
    if number_format is None:  # a format of Word's own stands beside its plain fallback
        number_format = child(child(child(element, "AlternateContent", MC), "Fallback", MC), "numFmt")
    return Level(
        start=0 if start is None else start,
        number_format=attribute(number_format, "val") or "decimal",
        text=attribute(child(element, "lvlText"), "val") or "",
        restart=number(child(element, "lvlRestart")),
        legal=is_on(child(element, "isLgl")),
        hidden=is_on(path(element, "rPr", "vanish")),
        style=attribute(child(element, "pStyle"), "val"),
    )


def _render(level: Level, index: int, levels: Mapping[int, Level], values: Mapping[int, int]) -> str:
    """Fill the level's pattern; a higher level that was never used shows its first number."""

    def fill(place: re.Match[str]) -> str:
        at = int(place.group(1)) - 1
        definition = levels.get(at)
        if definition is None or at > index:
            return ""
        value = values.get(at, definition.start)
        return format_number(value, "decimal" if level.legal else definition.number_format)

    return _PLACE.sub(fill, level.text).strip()


def join_label(label: str, text: str) -> str:
    """Put a number before its text: closed up as people type it, a space where the two would run into one word."""
    if not label or not text:
        return text
    last, first = label[-1], text[0]
    runs_on = last.isascii() and last.isalnum()
    counts_on = last in _CHINESE_NUMERALS or (last in ".．" and first.isdigit())
    return f"{label} {text}" if runs_on or counts_on else label + text
