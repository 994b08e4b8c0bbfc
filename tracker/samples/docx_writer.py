"""Write a report as .docx the way an office would: automatic numbers, a table, a stray bookmark, no python-docx.

The input is the report as plain text, one paragraph a line. Numbers typed at the head of a line (``一、``, ``（一）``,
``1.``) become Word's automatic numbering, so they are *not* in the document's text; a reader has to recover them.
Lines with tabs become the rows of a table.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from typing import Any

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# A zip entry carries its time: a fixed one makes the same text the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)

DIGITS = "零一二三四五六七八九"
LEVEL_PATTERNS = (
    re.compile(r"([一二三四五六七八九十]+)、"),
    re.compile(r"（([一二三四五六七八九十]+)）"),
    re.compile(r"(\d+)\.(?=\D|\d{1,2}月)"),  # "2.6月底前" is number two and a month, "2.6公里" is no number
)
LEVEL_FORMATS = (("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3."))
TABLE_WIDTHS = (900, 5000, 1700, 1260)  # twentieths of a point, the last one repeated


def chinese_number(value: int) -> str:
    """Return 1..99 in Chinese counting numerals, as Word's chineseCountingThousand writes them."""
    if not 1 <= value <= 99:
        raise ValueError(f"no numeral for {value}")
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else DIGITS[tens] + "十")
    return head + (DIGITS[ones] if ones else "")


@dataclass
class NumberingCounter:
    """Word's own counting over the three levels: a paragraph of one level restarts the deeper ones."""

    counts: list[int] = field(default_factory=lambda: [0, 0, 0])

    def take(self, line: str) -> tuple[int, str] | None:
        """Return the level and the rest of ``line`` where its typed number is the one Word would give, else None."""
        for level, pattern in enumerate(LEVEL_PATTERNS):
            match = pattern.match(line)
            if match is None:
                continue
            expected = self.counts[level] + 1
            if match[1] != (str(expected) if level == 2 else chinese_number(expected)):
                return None
            self.counts[level] = expected
            self.counts[level + 1 :] = [0] * (len(self.counts) - level - 1)
            return level, line[match.end() :]
        return None


def write_docx(text: str, *, numbered: bool = True) -> bytes:
    """Return ``text`` as the bytes of a .docx; ``numbered`` False leaves typed numbers as they are.

    The lines before the first blank one are the title; the last two lines (signature and date), where they are
    short, stand on the right. Blank lines are not written.
    """
    members = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
        "word/_rels/document.xml.rels": _relations([("styles", "styles.xml"), ("numbering", "numbering.xml")]),
        "word/styles.xml": _styles(),
        "word/numbering.xml": _numbering(),
        "word/document.xml": _document(text, numbered=numbered),
    }
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, root in members.items():
            content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _w(tag: str, *children: etree._Element, **attributes: str) -> etree._Element:
    """Return the element ``w:tag`` with ``w:`` attributes."""
    element = etree.Element(f"{{{W}}}{tag}", nsmap={"w": W})
    for name, value in attributes.items():
        element.set(f"{{{W}}}{name}", value)
    element.extend(children)
    return element


def _run(text: str) -> etree._Element:
    content = _w("t")
    content.text = text
    content.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return _w("r", content)


def _paragraph(text: str, style: str = "a", level: int | None = None) -> etree._Element:
    properties = _w("pPr", _w("pStyle", val=style))
    # The first level is numbered by its style, the others by the paragraph itself: both occur in real files.
    if level:
        properties.append(_w("numPr", _w("ilvl", val=str(level)), _w("numId", val="1")))
    return _w("p", properties, _run(text))


def _document(text: str, *, numbered: bool) -> etree._Element:
    title, lines = _split_title(text)
    body = _w("body", *(_paragraph(line, "Title") for line in title))
    counter = NumberingCounter()
    for tabular, group in groupby(lines, key=lambda line: "\t" in line):
        if tabular:
            body.append(_table([line.split("\t") for line in group]))
        else:
            body.extend(_plain_paragraphs(group, counter if numbered else None, lines[-2:]))
    _add_bookmark(body)
    body.append(
        _w(
            "sectPr",
            _w("pgSz", w="11906", h="16838"),
            _w("pgMar", top="2098", right="1474", bottom="1985", left="1588", header="851", footer="992", gutter="0"),
        )
    )
    return _w("document", body)


def _split_title(text: str) -> tuple[list[str], list[str]]:
    head, separator, rest = text.strip().partition("\n\n")
    if not separator:
        head, rest = "", text
    return head.splitlines(), [line.strip() for line in rest.splitlines() if line.strip()]


def _plain_paragraphs(
    lines: Iterable[str], counter: NumberingCounter | None, signature: list[str]
) -> Iterator[etree._Element]:
    for line in lines:
        taken = counter.take(line) if counter else None
        if taken is not None:
            level, rest = taken
            yield _paragraph(rest, "Heading1" if level == 0 else "a", level)
        elif line in signature and len(line) <= 30 and not line.endswith("。"):
            yield _paragraph(line, "Signature")
        else:
            yield _paragraph(line)


def _add_bookmark(body: etree._Element) -> None:
    """Put the bookmark that Word leaves at the last edited place round the first numbered heading, if any."""
    heading = body.find(f"{{{W}}}p/{{{W}}}pPr/{{{W}}}pStyle[@{{{W}}}val='Heading1']")
    if heading is None:
        return
    properties = heading.getparent()
    if properties is not None:
        properties.addnext(_w("bookmarkEnd", id="0"))
        properties.addnext(_w("bookmarkStart", id="0", name="_GoBack"))


def _table(rows: list[list[str]]) -> etree._Element:
    columns = max(len(row) for row in rows)
    widths = [str(TABLE_WIDTHS[min(index, len(TABLE_WIDTHS) - 1)]) for index in range(columns)]
    edges = (_w(side, val="single", sz="4", space="0", color="auto") for side in ("top", "left", "bottom", "right"))
    inner = (_w(side, val="single", sz="4", space="0", color="auto") for side in ("insideH", "insideV"))
    table = _w(
        "tbl",
        _w("tblPr", _w("tblW", w="0", type="auto"), _w("tblBorders", *edges, *inner)),
        _w("tblGrid", *(_w("gridCol", w=width) for width in widths)),
    )
    for row in rows:
        cells = (
            _w("tc", _w("tcPr", _w("tcW", w=width, type="dxa")), _paragraph(cell, "Cell"))
            for width, cell in zip(widths, row + [""] * (columns - len(row)), strict=True)
        )
        table.append(_w("tr", *cells))
    return table


def _style(
    style_id: str, name: str, font: str, half_points: str, *paragraph: etree._Element, based_on: str | None = "a"
) -> etree._Element:
    style = _w("style", _w("name", val=name), type="paragraph", styleId=style_id)
    if based_on:
        style.append(_w("basedOn", val=based_on))
    else:
        style.set(f"{{{W}}}default", "1")
    style.append(_w("pPr", *paragraph))
    fonts = _w("rFonts", ascii="Times New Roman", hAnsi="Times New Roman", eastAsia=font)
    style.append(_w("rPr", fonts, _w("sz", val=half_points)))
    return style


def _styles() -> etree._Element:
    line = {"line": "579", "lineRule": "exact"}  # 28.95 pt, 22 lines a page
    return _w(
        "styles",
        _style("a", "Normal", "仿宋_GB2312", "32", _w("spacing", **line), _w("ind", firstLine="640"), based_on=None),
        _style("Title", "Title", "方正小标宋简体", "44", _w("ind", firstLine="0"), _w("jc", val="center")),
        _style(
            "Heading1",
            "heading 1",
            "黑体",
            "32",
            _w("numPr", _w("numId", val="1")),
            _w("ind", firstLine="640"),
            _w("outlineLvl", val="0"),
        ),
        _style("Signature", "Signature", "仿宋_GB2312", "32", _w("ind", firstLine="0"), _w("jc", val="right")),
        _style("Cell", "Cell", "仿宋_GB2312", "24", _w("ind", firstLine="0")),
    )


def _numbering() -> etree._Element:
    abstract = _w("abstractNum", _w("multiLevelType", val="multilevel"), abstractNumId="0")
    for level, (number_format, pattern) in enumerate(LEVEL_FORMATS):
        definition = _w("lvl", _w("start", val="1"), _w("numFmt", val=number_format), ilvl=str(level))
        if level == 0:
            definition.append(_w("pStyle", val="Heading1"))
        definition.extend([_w("suff", val="nothing"), _w("lvlText", val=pattern), _w("lvlJc", val="left")])
        abstract.append(definition)
    return _w("numbering", abstract, _w("num", _w("abstractNumId", val="0"), numId="1"))


def _default(namespace: str) -> Any:
    """Return lxml's way to name the default namespace; its stubs do not know the None."""
    return {None: namespace}


def _relations(targets: list[tuple[str, str]]) -> etree._Element:
    root = etree.Element(f"{{{PACKAGE_RELS}}}Relationships", nsmap=_default(PACKAGE_RELS))
    for index, (kind, target) in enumerate(targets, 1):
        etree.SubElement(root, f"{{{PACKAGE_RELS}}}Relationship", Id=f"rId{index}", Type=f"{R}/{kind}", Target=target)
    return root


def _content_types() -> etree._Element:
    root = etree.Element(f"{{{CONTENT_TYPES}}}Types", nsmap=_default(CONTENT_TYPES))
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    for extension, mime in defaults.items():
        etree.SubElement(root, f"{{{CONTENT_TYPES}}}Default", Extension=extension, ContentType=mime)
    for part, kind in {"document": "document.main", "styles": "styles", "numbering": "numbering"}.items():
        etree.SubElement(
            root,
            f"{{{CONTENT_TYPES}}}Override",
            PartName=f"/word/{part}.xml",
            ContentType=f"{MIME}.{kind}+xml",
        )
    return root
