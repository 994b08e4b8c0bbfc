"""Word documents (.docx) with their automatic numbers, read straight from the XML.

Kept: tracked insertions, content controls, smart tags, hyperlinks, results of fields, text boxes (once, after the
paragraph they hang on), tables row by row. Dropped: tracked deletions, fallback copies, field codes, hidden text,
tables of contents, placeholders, ruby, notes, headers and footers.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from tracker.domain.documents import Document
from tracker.readers.base import FileInfo, Limits, UnreadableDocument
from tracker.readers.cleanup import Line, build_document, clean_line, split_lines
from tracker.readers.container import DAMAGED, Container
from tracker.readers.number_formats import format_number
from tracker.readers.numbering import Numbering, StyleSheet, join_label
from tracker.readers.sniffing import DOCX
from tracker.readers.word_tables import Grid
from tracker.readers.word_texts import TEXTS, Traits, hides_text, plain_text, text_of
from tracker.readers.wordml import (
    MC,
    W,
    attribute,
    child,
    is_on,
    local,
    parse_part,
    path,
    without_formatting,
    without_unused_styles,
)

_CONTENTS_STYLE = re.compile(r"toc (?:\d|heading)|table of figures", re.IGNORECASE)
_CONTENTS_FIELD = re.compile(r"\s*(?:TOC|INDEX)\b", re.IGNORECASE)

_CIRCLED_FIELD = re.compile(r"\s*EQ\s*\\o\s*\\ac\s*\(\s*[○◯]\s*[,，;；]\s*(\d{1,2})\s*\)\s*", re.IGNORECASE)
_CONTENTS_NOTICE = "文档中的目录已略去。"

_DROPPED = frozenset(
    {
        "del",
        "moveFrom",
        "Fallback",
        "pPr",
        "rPr",
        "rt",
        "rubyPr",
        "sdtPr",
        "sdtEndPr",
        "tblPr",
        "tblGrid",
        "trPr",
        "tcPr",
        "sectPr",
    }
)
"""Elements below which nothing is read; of the others only text, signs and text boxes are."""


class DocxReader:
    """Reads ``.docx``."""

    name = "docx"

    def accepts(self, info: FileInfo) -> bool:
        """Accept Word documents without macros only."""
        return info.media_type == DOCX

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Read the document's main part; raise UnreadableDocument where it is damaged or too costly."""
        with Container(path, limits) as container:
            main = _main_part(container, limits)
            folder = posixpath.dirname(main)
            data = container.read(main, limits.part_bytes)
            if data is None:
                raise UnreadableDocument("damaged", DAMAGED)
            related = {
                name: container.read(posixpath.join(folder, name), limits.part_bytes)
                for name in ("styles.xml", "numbering.xml")
            }
        style_root = _parse_optional(without_unused_styles(related["styles.xml"] or b""))
        styles = StyleSheet(style_root)
        numbering = Numbering(_parse_optional(related["numbering.xml"]), styles)
        body = child(parse_part(without_formatting(data, hidden_styles=hides_text(style_root))), "body")
        if body is None:
            raise UnreadableDocument("damaged", DAMAGED)
        lines, contents_dropped = read_body(body, styles, numbering, Traits.of(body, style_root))
        notices = [_CONTENTS_NOTICE] if contents_dropped else []
        if number := _count_notes(body):
            notices.append(f"文档中的 {number} 条脚注、尾注没有读入正文。")
        return build_document(lines, reader=self.name, notices=notices)


def _count_notes(body: etree._Element) -> int:
    """Count the references to footnotes and endnotes, whose texts are kept apart from the report's."""
    return sum(1 for _ in body.iter(W + "footnoteReference", W + "endnoteReference"))


class ConvertedReader(DocxReader):
    """Reads the .docx that LibreOffice made of another kind of file."""

    name = "office"

    def accepts(self, info: FileInfo) -> bool:
        """Accept no file by itself: it is given what was converted."""
        return False


def _main_part(container: Container, limits: Limits) -> str:
    """Return the name of the main part by the package's relationships; word/document.xml where they are silent."""
    relations = _parse_optional(container.read("_rels/.rels", limits.part_bytes))
    for relation in relations if relations is not None else ():
        if (relation.get("Type") or "").endswith("/officeDocument") and relation.get("Target"):
            return str(relation.get("Target")).lstrip("/")
    return "word/document.xml"


def read_body(
    body: etree._Element, styles: StyleSheet, numbering: Numbering, traits: Traits | None = None
) -> tuple[list[Line], bool]:
    """Return a body's lines and whether a table of contents was left out; without ``traits`` anything may occur."""
    traits = traits or Traits()
    walk = _Walk(styles, numbering, traits)
    lines = list(walk.blocks(body))
    if not walk.in_contents:
        return lines, walk.contents_dropped
    # The contents never end: a broken field, which must not swallow the report.
    walk = _Walk(styles, numbering.restarted(), traits, keep_contents=True)
    return list(walk.blocks(body)), False


def _parse_optional(data: bytes | None) -> etree._Element | None:
    return parse_part(data) if data else None


@dataclass(slots=True)
class _Field:
    """A complex field that is open: its code so far, and whether its result has begun."""

    code: str = ""
    in_result: bool = False

    @property
    def is_contents(self) -> bool:
        return bool(_CONTENTS_FIELD.match(self.code))


class _Walk:
    """One pass over a body; counters, open fields and a paragraph without end are carried from one to the next."""

    def __init__(
        self, styles: StyleSheet, numbering: Numbering, traits: Traits, *, keep_contents: bool = False
    ) -> None:
        self._styles = styles
        self._numbering = numbering
        self._traits = traits
        self._contents_styles: dict[str | None, bool] = {}
        self._keep_contents = keep_contents
        self._fields: list[_Field] = []
        self._carried: tuple[str, str] | None = None  # number and text of a paragraph whose end mark was deleted
        self._in_cell = False
        self.contents_dropped = False

    @property
    def in_contents(self) -> bool:
        """Whether the result of a contents field is open."""
        return any(field.in_result and field.is_contents for field in self._fields)

    def blocks(self, parent: etree._Element) -> Iterator[Line]:
        """Yield the lines of a body, a cell, a text box or a wrapper."""
        yield from self._elements(parent)
        if self._carried is not None:  # the last end mark of all cannot be deleted
            (label, text), self._carried = self._carried, None
            yield from _lines(label, text, None)

    def _elements(self, parent: etree._Element) -> Iterator[Line]:
        for element in parent:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from self._table(element)
            elif name == "AlternateContent":
                yield from self._elements(_chosen(element))
            elif name == "sdt" and _is_contents(element) and not self._keep_contents:
                self.contents_dropped = True
            elif name not in _DROPPED and not (name == "sdt" and _is_placeholder(element)):
                yield from self._elements(element)

    def _paragraph(self, element: etree._Element) -> Iterable[Line]:
        properties = child(element, "pPr")
        style_id = attribute(child(properties, "pStyle"), "val")
        if self._traits.is_plain:
            return self._shown(self._numbering.label(properties, style_id), plain_text(element), style_id)
        boxes: list[etree._Element] = []
        pieces: list[str] = []
        self._collect(element, self._styles.hides(style_id), pieces, boxes)
        self._fields = [field for field in self._fields if field.in_result]  # a code without end would hide the rest
        label, text = self._join_carried(properties, style_id, "".join(pieces))
        lines: list[Line] = []
        if _mark_is_deleted(properties) and not self._is_contents_style(style_id):
            self._carried = (label, text) if text.strip() else None
        else:
            lines += self._shown(label, text, style_id)
        held, self._carried = self._carried, None
        for box in boxes:
            lines += self.blocks(box)
        self._carried = held
        return lines

    def _shown(self, label: str, text: str, style_id: str | None) -> list[Line]:
        """Return the lines of a paragraph that stands by itself; none of an entry of a table of contents."""
        if self._is_contents_style(style_id):
            self.contents_dropped = self.contents_dropped or bool(text.strip())
            return []
        style = self._styles.name(style_id)
        if self._in_cell and label and not text.strip():
            text, label = label, ""  # a column of running numbers
        return _lines(label, text, style)

    def _is_contents_style(self, style_id: str | None) -> bool:
        if self._keep_contents:
            return False
        if style_id not in self._contents_styles:
            self._contents_styles[style_id] = bool(_CONTENTS_STYLE.match(self._styles.name(style_id) or ""))
        return self._contents_styles[style_id]

    def _join_carried(self, properties: etree._Element | None, style_id: str | None, text: str) -> tuple[str, str]:
        """Return a paragraph's number and text, what was carried over from the one before in front."""
        if self._carried is not None:
            (label, before), self._carried = self._carried, None
            return label, before + text
        if not text.strip() and (_mark_is_deleted(properties) or is_on(path(properties, "rPr", "vanish"))):
            return "", text
        return self._numbering.label(properties, style_id), text

    def _collect(self, parent: etree._Element, hidden: bool, pieces: list[str], boxes: list[etree._Element]) -> None:
        """Append the visible text below ``parent``; text boxes are put aside."""
        for element in parent:
            name = local(element)
            if name == "r":
                self._collect(element, hidden or self._is_hidden(element), pieces, boxes)
            elif name in TEXTS:
                if not hidden and not self._is_suppressed():
                    pieces.append(text_of(element, name))
            elif name == "fldChar":
                pieces.append(self._field_char(attribute(element, "fldCharType")))
            elif name == "instrText":
                if self._fields:
                    self._fields[-1].code += element.text or ""
            elif name == "txbxContent":
                boxes.append(element)
            elif name == "AlternateContent":
                self._collect(_chosen(element), hidden, pieces, boxes)
            elif name not in _DROPPED and not (name == "sdt" and _is_placeholder(element)):
                self._collect(element, hidden, pieces, boxes)

    def _is_hidden(self, run: etree._Element) -> bool:
        if not self._traits.hides:
            return False
        properties = child(run, "rPr")
        vanish = child(properties, "vanish")
        if vanish is not None:
            return is_on(vanish)
        return self._styles.hides(attribute(child(properties, "rStyle"), "val"))

    def _is_suppressed(self) -> bool:
        """Say whether text here is a field's code, or an entry of a table of contents."""
        if not self._fields:
            return False
        if self.in_contents and not self._keep_contents:
            self.contents_dropped = True
            return True
        return not all(field.in_result for field in self._fields)

    def _field_char(self, kind: str | None) -> str:
        """Follow a field's begin, separate and end; return the sign that a field of overlaid signs makes."""
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
        elif kind == "end" and self._fields:
            circled = _CIRCLED_FIELD.fullmatch(self._fields.pop().code)
            if circled and not self._is_suppressed():
                return format_number(int(circled.group(1)), "decimalEnclosedCircle")
        return ""

    def _table(self, table: etree._Element) -> Iterator[Line]:
        """Yield a line a row, cells parted by tabs; a row of a single cell is layout and yields the cell's own lines."""
        grid = Grid()
        for row in _descend(table, "tr"):
            properties = child(row, "trPr")
            if child(properties, "del") is not None or is_on(child(properties, "hidden")):
                continue
            parts = [cell for cell in _descend(row, "tc") if child(child(cell, "tcPr"), "cellDel") is None]
            outer, self._in_cell = self._in_cell, len(parts) > 1
            cells = [list(self.blocks(cell)) for cell in parts]
            self._in_cell = outer
            if len(cells) == 1:
                yield from cells[0]
            elif texts := grid.place(properties, zip(parts, map(_cell_text, cells), strict=True)):
                yield Line("\t".join(texts), "table_row")


def _descend(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """Yield rows or cells, also those inside content controls, smart tags and tracked insertions."""
    for element in parent:
        name = local(element)
        if name == wanted:
            yield element
        elif name not in _DROPPED and name not in ("tbl", "p"):
            yield from _descend(element, wanted)


def _cell_text(lines: list[Line]) -> str:
    parts = (clean_line(part) for line in lines for part in split_lines(line.text.replace("\t", " ")))
    return " ".join(part for part in parts if part)


def _lines(label: str, text: str, style: str | None) -> list[Line]:
    """Return a paragraph's lines (soft breaks part it), the number before the first one that has text."""
    if "\n" not in text:
        text = text.strip()
        return [Line(join_label(label, text), style=style)] if text else []
    parts = [part for each in text.split("\n") if (part := each.strip())]
    return [Line(part if at else join_label(label, part), style=style) for at, part in enumerate(parts)]


def _mark_is_deleted(properties: etree._Element | None) -> bool:
    mark = child(properties, "rPr")
    return child(mark, "del") is not None or child(mark, "moveFrom") is not None


def _is_contents(element: etree._Element) -> bool:
    gallery = path(element, "sdtPr", "docPartObj", "docPartGallery")
    return (attribute(gallery, "val") or "").lower() == "table of contents"


def _is_placeholder(element: etree._Element) -> bool:
    return is_on(path(element, "sdtPr", "showingPlcHdr"))


def _chosen(alternatives: etree._Element) -> etree._Element:
    """Return the first choice; the fallback copy only where there is no choice at all."""
    choice = child(alternatives, "Choice", MC)
    fallback = child(alternatives, "Fallback", MC)
    return choice if choice is not None else fallback if fallback is not None else alternatives
