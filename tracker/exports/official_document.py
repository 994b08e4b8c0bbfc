"""Word documents in the layout of official papers (GB/T 9704): page, fonts, lines, page numbers.

Written as the format's own XML, a dozen elements of it, so that nothing stands in the file that was not put there.
Fonts are named, not carried along: offices have them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from tracker.exports.cells import clean_text

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
BODY_FONT, TITLE_FONT, HEAD_FONT, NUMBER_FONT = "仿宋_GB2312", "方正小标宋简体", "黑体", "宋体"
LATIN_FONT = "Times New Roman"
BODY_SIZE = 32  # half points
RED = "FF0000"
LINE = 579  # twentieths of a point: 28.95 pt
PAGE = {"w": 11906, "h": 16838}  # A4
MARGINS = {"top": 2098, "bottom": 1984, "left": 1587, "right": 1474, "header": 851, "footer": 1418, "gutter": 0}
TEXT_WIDTH = 8845
EPOCH = (2000, 1, 1, 0, 0, 0)  # the same paper gives the same bytes


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line or paragraph. ``size`` in half points; ``indent`` and ``right`` in characters."""

    text: str
    font: str = BODY_FONT
    size: int = BODY_SIZE
    align: str = "both"
    indent: int = 2
    right: int = 0
    colour: str = ""
    rule: bool = False  # a red line beneath
    exact: bool = True  # the paper's own line height
    keep: bool = False  # on one page with what follows


@dataclass(frozen=True, slots=True)
class Table:
    """A plain table with lines; the first column holds the labels. ``widths`` are shares."""

    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


def title(text: str) -> Paragraph:
    """Return a paper's title."""
    return Paragraph(text, font=TITLE_FONT, size=44, align="center", indent=0)


def blank(*, keep: bool = False) -> Paragraph:
    """Return an empty line."""
    return Paragraph("", indent=0, keep=keep)


def write_document(parts: Iterable[Paragraph | Table]) -> bytes:
    """Return the document as a .docx file."""
    body = _w("body")
    for part in parts:
        body.append(_paragraph(part) if isinstance(part, Paragraph) else _table(part))
    body.append(_section())
    document = _w("document")
    document.append(body)
    files = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
        "word/document.xml": document,
        "word/styles.xml": _styles(),
        "word/settings.xml": _settings(),
        "word/footer1.xml": _footer("right"),
        "word/footer2.xml": _footer("left"),
        "word/_rels/document.xml.rels": _relations(
            [
                ("styles", "styles.xml"),
                ("settings", "settings.xml"),
                ("footer", "footer1.xml"),
                ("footer", "footer2.xml"),
            ]
        ),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, element in files.items():
            data = etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)
            archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _w(tag: str, **attributes: Any) -> Any:
    element = etree.Element(f"{{{W}}}{tag}", nsmap={"w": W, "r": R})
    for name, value in attributes.items():
        element.set(f"{{{W}}}{name}", str(value))
    return element


def _child(parent: Any, tag: str, **attributes: Any) -> Any:
    element = _w(tag, **attributes)
    parent.append(element)
    return element


def _paragraph(part: Paragraph) -> Any:
    paragraph = _w("p")
    properties = _child(paragraph, "pPr")
    if part.keep:
        _child(properties, "keepNext")
    if part.rule:
        borders = _child(properties, "pBdr")
        _child(borders, "bottom", val="single", sz=12, space=6, color=RED)
    if part.exact:
        if part.size > BODY_SIZE:  # else some programs give each of its lines two of the page's
            _child(properties, "snapToGrid", val=0)
        _child(properties, "spacing", line=LINE, lineRule="exact")
    if part.indent or part.right:
        chars = {"firstLineChars": part.indent * 100, "firstLine": part.indent * part.size * 10} if part.indent else {}
        right = {"rightChars": part.right * 100, "right": part.right * part.size * 10} if part.right else {}
        _child(properties, "ind", **right, **chars)
    _child(properties, "jc", val=part.align)
    if part.text:
        paragraph.append(_run(part.text, part.font, part.size, part.colour))
    return paragraph


def _run(text: str, font: str, size: int, colour: str = "") -> Any:
    run = _w("r")
    properties = _child(run, "rPr")
    _child(properties, "rFonts", ascii=LATIN_FONT, hAnsi=LATIN_FONT, eastAsia=font, cs=LATIN_FONT)
    if colour:
        _child(properties, "color", val=colour)
    _child(properties, "sz", val=size)
    _child(properties, "szCs", val=size)
    for number, line in enumerate(clean_text(text).split("\n")):
        if number:
            _child(run, "br")
        words = _child(run, "t")
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        words.text = line
    return run


def _table(part: Table) -> Any:
    table = _w("tbl")
    properties = _child(table, "tblPr")
    _child(properties, "tblW", w=TEXT_WIDTH, type="dxa")
    borders = _child(properties, "tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _child(borders, side, val="single", sz=4, space=0, color="000000")
    _child(properties, "tblLayout", type="fixed")
    widths = [TEXT_WIDTH * share // sum(part.widths) for share in part.widths]
    grid = _child(table, "tblGrid")
    for width in widths:
        _child(grid, "gridCol", w=width)
    for cells in part.rows:
        row = _child(table, "tr")
        _child(_child(row, "trPr"), "cantSplit")
        for number, (text, width) in enumerate(zip(cells, widths, strict=True)):
            cell = _child(row, "tc")
            cell_properties = _child(cell, "tcPr")
            _child(cell_properties, "tcW", w=width, type="dxa")
            _child(cell_properties, "vAlign", val="center")
            font = HEAD_FONT if number % 2 == 0 else BODY_FONT
            align = "center" if number % 2 == 0 else "left"
            cell.append(_paragraph(Paragraph(text, font=font, size=28, align=align, indent=0, exact=False)))
    return table


def _section() -> Any:
    section = _w("sectPr")
    for kind, name in (("default", "rId3"), ("even", "rId4")):
        reference = _child(section, "footerReference", type=kind)
        reference.set(f"{{{R}}}id", name)
    _child(section, "pgSz", **PAGE)
    _child(section, "pgMar", **MARGINS)
    _child(section, "docGrid", type="lines", linePitch=LINE)
    return section


def _footer(side: str) -> Any:
    """Return a footer with — n —, one character from the edge: right on odd pages, left on even ones."""
    footer = _w("ftr")
    paragraph = _child(footer, "p")
    properties = _child(paragraph, "pPr")
    _child(properties, "ind", **{f"{side}Chars": 100, side: 280})
    _child(properties, "jc", val=side)
    paragraph.append(_run("— ", NUMBER_FONT, 28))
    field = _child(paragraph, "fldSimple", instr=" PAGE ")
    field.append(_run("1", NUMBER_FONT, 28))
    paragraph.append(_run(" —", NUMBER_FONT, 28))
    return footer


def _styles() -> Any:
    styles = _w("styles")
    defaults = _child(_child(_child(styles, "docDefaults"), "rPrDefault"), "rPr")
    _child(defaults, "rFonts", ascii=LATIN_FONT, hAnsi=LATIN_FONT, eastAsia=BODY_FONT, cs=LATIN_FONT)
    _child(defaults, "sz", val=32)
    _child(defaults, "lang", val="en-US", eastAsia="zh-CN")
    style = _child(styles, "style", type="paragraph", default=1, styleId="Normal")
    _child(style, "name", val="Normal")
    return styles


def _settings() -> Any:
    settings = _w("settings")
    _child(settings, "evenAndOddHeaders")
    return settings


def _types() -> Any:
    types = etree.Element(f"{{{PACKAGE}/content-types}}Types", nsmap={None: f"{PACKAGE}/content-types"})  # type: ignore[dict-item]
    space = f"{{{PACKAGE}/content-types}}"
    etree.SubElement(
        types,
        f"{space}Default",
        Extension="rels",
        ContentType="application/vnd.openxmlformats-package.relationships+xml",
    )
    etree.SubElement(types, f"{space}Default", Extension="xml", ContentType="application/xml")
    for name, kind in (
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("footer1", "footer"),
        ("footer2", "footer"),
    ):
        etree.SubElement(types, f"{space}Override", PartName=f"/word/{name}.xml", ContentType=f"{TYPES}.{kind}+xml")
    return types


def _relations(targets: Sequence[tuple[str, str]]) -> Any:
    space = f"{PACKAGE}/relationships"
    relations = etree.Element(f"{{{space}}}Relationships", nsmap={None: space})  # type: ignore[dict-item]
    for number, (kind, target) in enumerate(targets, start=1):
        etree.SubElement(relations, f"{{{space}}}Relationship", Id=f"rId{number}", Type=f"{R}/{kind}", Target=target)
    return relations
