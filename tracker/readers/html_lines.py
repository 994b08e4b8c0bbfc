"""The elements of a page's body to lines: a block a line, a row of a table a line with its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.cleanup import Line, clean_line
from tracker.readers.layout.text_lines import tidy
from tracker.readers.number_formats import format_number

_DROPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "head",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "nav",
        "footer",
        "aside",
        "button",
        "select",
        "textarea",
        "input",
        "map",
        "audio",
        "video",
        "title",
        "link",
        "meta",
    ]
)
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "center",
        "pre",
        "table",
        "caption",
        "address",
        "figure",
        "figcaption",
        "fieldset",
        "body",
        "html",
        "tr",
        "td",
        "th",
        "hr",
        "details",
        "summary",
    ]
)
_NOISE = re.compile(
    r"(?:^|[\s_-])(?:bread|crumbs?|breadcrumb|nav|navbar|menu|share|bdsharebuttonbox|footer|copyright|related|xgwd|recommend|pagination|"
    r"page_?nav|toolbar|qrcode|ewm|print|sidebar|login|search|crumb|location|position|dqwz|weizhi|fenxiang|xiangguan|zoomsize|video)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_INDEX = re.compile(r"索引号|发文机关|发布机构|成文日期|发布日期|主题分类|信息分类|文号|公开方式|有效性")
_NUMBERED = re.compile(r"[（(]?[\d一二三四五六七八九十]{1,3}[）)、.．]|[一二三四五六七八九十]是|[①-⑳]")
_BREAKS = re.compile(r"[ \t\r\f]*\n[ \t\r\n\f]*")
_SPACES = re.compile(r"[ \t\r\f]+")
_SITE_LINE = re.compile(
    r"[\[【(（]?(?:发布时间|发布日期|发布机构|信息来源|文章来源|来源|浏览|阅读|点击|字体|字号|作者|责任编辑|打印|分享|关闭|上一篇|下一篇|当前位置|您现在的位置|您的位置|主办|承办|网站标识|版权所有|技术支持)[^。；]{0,60}"
)
_LINKS = 0.8  # share of a line's letters that stand in links: a list of other pages
_LONG_CELL = 400  # characters: a cell with more than one paragraph and so much text is layout
_KINDS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_MOST_SPAN = 200


def lines_of(body: etree._Element, limits: Limits, *, drop_links: bool) -> list[Line]:
    """Return the lines below an element. ``drop_links`` leaves out lines that are links for the most part."""
    walk = _Walk(limits.depth, drop_links)
    walk.children(body, limits.depth)
    walk.flush()
    return walk.lines


@dataclass(slots=True)
class _Walk:
    depth: int
    drop_links: bool
    lines: list[Line] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    mark: str = ""  # the number of a list's item, before its first text
    in_link: bool = False
    is_verbatim: bool = False

    def children(self, parent: etree._Element, depth: int) -> None:
        """Take in what stands inside an element."""
        if depth <= 0:
            raise UnreadableDocument(
                "too_deep", "网页的标签嵌套过深，已拒绝读取。请把正文复制到 Word 中，另存为 .docx 后上传。"
            )
        self.text(parent.text)
        number = 0
        for element in parent:
            tag = element.tag if isinstance(element.tag, str) else ""
            if tag == "li" and parent.tag == "ol":
                number = _start(parent, element, number)
                self.flush()
                self.mark = format_number(number, _KINDS.get(parent.get("type") or "1", "decimal")) + "."
            if tag and not _is_dropped(element, tag):
                self.element(element, tag, depth)
            self.text(element.tail)

    def element(self, element: etree._Element, tag: str, depth: int) -> None:
        """Take in one element."""
        if tag in ("br", "hr"):
            self.flush()
        elif tag == "table":
            self.flush()
            self.table(element, depth)
        elif tag in _BLOCKS:
            self.flush()
            before, self.is_verbatim = self.is_verbatim, self.is_verbatim or tag == "pre"
            self.children(element, depth - 1)
            self.is_verbatim = before
            self.flush()
            self.mark = "" if tag == "li" else self.mark
        else:
            before, self.in_link = self.in_link, self.in_link or tag == "a"
            self.children(element, depth - 1)
            self.in_link = before

    def text(self, text: str | None) -> None:
        """Take in a piece of text."""
        if not text:
            return
        if self.is_verbatim:
            first, *rest = str(text).split("\n")
            self.pieces.append(first)
            for line in rest:
                self.flush()
                self.pieces.append(line)
            return
        self.pieces.append(_SPACES.sub(" ", _BREAKS.sub("\n", str(text))))
        self.linked += len(text.strip()) if self.in_link else 0

    def flush(self) -> None:
        """End the line."""
        raw = "".join(self.pieces)
        text = clean_line(_collapse(raw))
        linked, self.pieces, self.linked = self.linked, [], 0
        if not text or (self.drop_links and (linked >= _LINKS * len(text) or _SITE_LINE.fullmatch(text))):
            return
        if self.mark:
            text = text if _NUMBERED.match(text) else self.mark + text
            self.mark = ""
        self.lines.append(Line(text))

    def table(self, table: etree._Element, depth: int) -> None:
        """Take in a table: its rows where it holds data, its cells one after the other where it is layout."""
        rows = [list(_cells(row)) for row in _rows(table)]
        words = [tidy("".join(str(part) for part in cell.itertext())) for row in rows for cell in row]
        if sum(bool(_INDEX.match(word)) for word in words) >= 2 and len(words) <= 40:
            return
        if _is_layout(table, rows):
            for row in rows:
                for cell in row:
                    self.children(cell, depth - 2)
                    self.flush()
            return
        for cells in _spread(rows):
            texts = [_cell_text(cell, self.depth) if cell is not None else "" for cell in cells]
            if len(texts) > 1:
                self.lines.extend([Line("\t".join(texts), "table_row")] if any(texts) else [])
            else:
                self.lines.extend(Line(text) for text in texts if text)


def _collapse(raw: str) -> str:
    """Return text as a browser shows it; a break of the source between Chinese letters is no space."""
    if "\n" in raw:
        raw = "\n".join(part.strip(" ") if part.strip() else "" for part in raw.split("\n"))
        raw = re.sub(r"(?<=[\x21-\x7e])\n+(?=[\x21-\x7e])", " ", raw).replace("\n", "")
    return _SPACES.sub(" ", raw)


def _start(parent: etree._Element, item: etree._Element, number: int) -> int:
    for said in (item.get("value"), parent.get("start") if not number else None):
        if said and said.strip().isdecimal() and len(said.strip()) <= 4:
            return int(said)
    return number + 1


def _is_dropped(element: etree._Element, tag: str) -> bool:
    if tag in _DROPPED or _HIDDEN.search(element.get("style") or "") or element.get("hidden") is not None:
        return True
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return tag in ("div", "ul", "section", "span", "p", "header") and bool(_NOISE.search(named))


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for element in table:
        if element.tag in ("tbody", "thead", "tfoot"):
            yield from element.iterchildren("tr")
        elif element.tag == "tr":
            yield element


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    yield from row.iterchildren("td", "th")


def _is_layout(table: etree._Element, rows: list[list[etree._Element]]) -> bool:
    """Say whether a table only places things: it holds another, its rows have one cell, or a cell is a whole text."""
    if table.find(".//table") is not None or all(len(row) <= 1 for row in rows):
        return True
    return any(
        len(cell.findall(".//p")) > 3 and len("".join(str(part) for part in cell.itertext())) > _LONG_CELL
        for row in rows
        for cell in row
    )


def _spread(rows: list[list[etree._Element]]) -> Iterator[list[etree._Element | None]]:
    """Yield the rows with an empty cell (None) wherever one from above reaches down."""
    reaching: dict[int, int] = {}
    for row in rows:
        cells: list[etree._Element | None] = []
        column = 0
        waiting = list(row)
        while waiting or any(place >= column and left > 0 for place, left in reaching.items()):
            if reaching.get(column, 0) > 0:
                reaching[column] -= 1
                cells.append(None)
                column += 1
            elif waiting:
                cell = waiting.pop(0)
                cells.append(cell)
                down, wide = _span(cell.get("rowspan")), _span(cell.get("colspan"))
                reaching[column] = down - 1
                column += wide
            else:
                column += 1
        yield cells


def _span(said: str | None) -> int:
    text = (said or "").strip()
    return max(1, min(_MOST_SPAN, int(text))) if text.isdecimal() and len(text) <= 6 else 1


def _cell_text(cell: etree._Element, depth: int) -> str:
    walk = _Walk(depth, drop_links=False)
    walk.children(cell, depth)
    walk.flush()
    return " ".join(line.text.replace("\t", " ") for line in walk.lines)
