"""Reports set in many ways: the same text as HTML and as Word documents, with the paragraphs a reader should find.

A layout is drawn from a seed, so that any number of them can be had and each can be had again.
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tracker.readers.layout.text_lines import tidy

SAMPLES = Path(__file__).resolve().parents[2] / "tracker" / "samples" / "reports"
TUNED = tuple(range(90))
KEPT_ASIDE = tuple(range(1_000, 1_024))
_HEADING = re.compile(r"[一二三四五六七八九十]+、.{2,30}$")
_YEAR = re.compile(r"\{Y(?:\+(\d))?(?:-(\d))?\}")
COLUMNS = ("序号", "重点任务", "责任单位", "完成时限")
UNITS = ("镇司法所", "综合行政执法队", "党政综合办公室、镇司法所", "县市场监督管理局石桥所", "各村（社区）")
TIMES = ("2031年6月底前", "12月底前", "长期坚持", "每季度", "2031年上半年")
SIZES = {"初号": 42, "二号": 22, "三号": 16, "小三": 15, "四号": 14, "小四": 12, "五号": 10.5}
NOTE = "本报告所称执法队伍不含辅助人员，数据截至2030年12月20日。"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``kind`` title, heading, text, item, date) or a table (``rows``)."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """How a report is set. Lengths in points."""

    seed: int
    page: tuple[float, float]
    margins: tuple[float, float, float, float]  # top, right, bottom, left
    font: str
    size: float
    leading: float  # of the size
    indented: bool
    space: float  # between paragraphs, of the size
    justified: bool
    columns: int
    table: str  # bordered, level, none
    header: str
    footer: str
    title_size: float
    note: bool
    watermark: bool
    hanging: bool
    boxed: bool
    mirrored: bool


def draw(seed: int) -> Layout:
    """Return the layout of a seed."""
    chance = random.Random(seed)
    pick = chance.choice
    landscape = chance.random() < 0.12
    size = pick((16, 16, 15, 14, 12, 12, 10.5))
    indented = chance.random() < 0.72
    columns = pick((1, 1, 1, 1, 2)) if size <= 14 else 1
    margin = pick(((105, 74, 99, 79), (72, 90, 72, 90), (60, 60, 60, 60), (85, 62, 85, 62)))
    return Layout(
        seed=seed,
        page=(842, 595) if landscape else pick(((595.3, 841.9), (595.3, 841.9), (516, 729))),
        margins=margin,
        font=pick(("Noto Serif CJK SC", "Noto Sans CJK SC")),
        size=size,
        leading=pick((1.25, 1.5, 1.75, 1.81, 2.0)),
        indented=indented,
        space=pick((0, 0, 0.5)) if indented else pick((0.5, 0.8, 1.0)),
        justified=chance.random() < 0.7,
        columns=columns,
        table=pick(("none", "bordered", "bordered", "level")) if columns == 1 else "none",
        header=pick(("", "", "石桥镇法治政府建设年度报告", "内部资料　注意保存")),
        footer=pick(("", "— # —", "#", "第 # 页", "- # -")),
        title_size=pick((22, 22, 18, 26)),
        note=chance.random() < 0.15 and columns == 1,
        watermark=chance.random() < 0.12,
        hanging=chance.random() < 0.15,
        boxed=chance.random() < 0.1,
        mirrored=chance.random() < 0.15,
    )


@cache
def _texts() -> tuple[tuple[str, ...], ...]:
    found = []
    for path in sorted(SAMPLES.glob("*.txt")):
        text = _YEAR.sub(
            lambda part: str(2030 + int(part[1] or 0) - int(part[2] or 0)), path.read_text(encoding="utf-8")
        )
        found.append(
            tuple(
                line.strip()
                for line in text.splitlines()
                if line.strip() and not re.search(r"[\t\u3000]", line.strip())
            )
        )
    return tuple(found)


def blocks_of(layout: Layout) -> list[Block]:
    """Return the report that a layout shows: one of the samples, with a table of tasks and a long title."""
    chance = random.Random(layout.seed * 7 + 1)
    lines = _texts()[layout.seed % len(_texts())]
    title = "云岭县石桥镇人民政府关于2030年度法治政府建设情况和2031年工作安排的报告"
    blocks = [Block("title", title)]
    marks = 0
    for line in lines[2:]:
        blocks.append(Block("heading" if _HEADING.fullmatch(line) else "text", line))
        marks += blocks[-1].kind == "heading"
        if marks == 2 and layout.hanging:
            blocks.extend(Block("item", f"{number}.{text}") for number, text in enumerate(_items(chance), start=1))
            marks += 10
    if layout.table != "none":
        blocks.append(Block("heading", "附件：2031年重点任务清单"))
        rows = [COLUMNS, *_rows(chance, chance.randint(4, 26))]
        blocks.append(Block("table", rows=tuple(rows)))
        blocks.append(Block("text", "以上任务由镇法治建设领导小组办公室按季度督查，结果报县委依法治县办。"))
    return blocks


def _items(chance: random.Random) -> list[str]:
    pool = [
        line for text in _texts() for line in text if 20 < len(line) < 130 and not re.match(r"[\d（(一二三四]", line)
    ]
    return chance.sample(pool, 4)


def _rows(chance: random.Random, count: int) -> list[tuple[str, ...]]:
    pool = [part for text in _texts() for line in text for part in line.split("。") if 8 < len(part) < 60]
    return [
        (str(number), chance.choice(pool), chance.choice(UNITS), chance.choice(TIMES)) for number in range(1, count + 1)
    ]


def expected(blocks: Iterable[Block]) -> list[str]:
    """Return the lines that reading should give."""
    lines: list[str] = []
    for block in blocks:
        lines.extend(["\t".join(row) for row in block.rows] or [block.text])
    return [tidied(line) for line in lines]


def tidied(line: str) -> str:
    """Return a line without the spaces beside Chinese characters, cell by cell."""
    return "\t".join(tidy(cell) for cell in line.split("\t"))


def html_of(layout: Layout, blocks: Sequence[Block]) -> str:
    """Return the report as HTML for print."""
    top, right, bottom, left = layout.margins
    width, height = layout.page
    number = layout.footer.replace("#", '" counter(page) "')
    sides = (
        f"@page :left{{margin-left:{left + 30}pt;margin-right:{right - 20}pt}}@page :right{{margin-left:{left - 20}pt;margin-right:{right + 30}pt}}"
        if layout.mirrored
        else ""
    )
    style = f"""@page{{size:{width}pt {height}pt;margin:{top}pt {right}pt {bottom}pt {left}pt;
@top-center{{content:"{layout.header}";font-size:9pt;font-family:'{layout.font}'}}
@bottom-center{{content:"{number}";font-size:10pt;font-family:'{layout.font}'}}}}{sides}
body{{margin:0;font-family:'{layout.font}';font-size:{layout.size}pt;line-height:{layout.leading};columns:{layout.columns};column-gap:2em;
text-align:{"justify" if layout.justified else "left"}}}
h1{{font-size:{layout.title_size}pt;text-align:center;column-span:all;margin:0 0 1em;line-height:1.4}}
h2{{font-size:{layout.size}pt;margin:0 0 {layout.space}em;text-indent:{2 if layout.indented else 0}em;line-height:inherit}}
p{{margin:0 0 {layout.space}em;text-indent:{2 if layout.indented else 0}em}}
.item{{text-indent:-2em;padding-left:{4 if layout.indented else 2}em}}
.box{{border:1px solid #444;padding:6pt;background:#eee}}
table{{border-collapse:collapse;width:100%;font-size:{min(layout.size, 12)}pt;line-height:1.35;text-align:left}}
td{{padding:3pt 5pt;{"border:1px solid #000" if layout.table == "bordered" else "border-top:1px solid #000;border-bottom:1px solid #000"};vertical-align:middle}}
td:nth-child(1){{width:3em;text-align:center}}td:nth-child(3){{width:9em}}td:nth-child(4){{width:8em}}tr{{break-inside:avoid}}
.mark{{position:fixed;top:40%;left:10%;font-size:60pt;color:#ddd;transform:rotate(-35deg);column-span:all}}"""
    mark = '<div class="mark">石桥镇政府</div>' if layout.watermark else ""
    return f"<!DOCTYPE html><html lang='zh-CN'><head><meta charset='utf-8'><style>{style}</style></head><body>{mark}{''.join(_html(layout, blocks))}</body></html>"


def _html(layout: Layout, blocks: Sequence[Block]) -> Iterable[str]:
    for index, block in enumerate(blocks):
        text = html.escape(block.text)
        if block.kind == "table":
            cells = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in block.rows)
            head, *rest = (f"<tr>{row}</tr>" for row in cells)
            yield f"<table><thead>{head}</thead><tbody>{''.join(rest)}</tbody></table>"
        elif block.kind == "title":
            yield f"<h1>{text}</h1>"
        elif block.kind == "heading":
            yield f"<h2>{text}</h2>"
        elif block.kind == "item":
            yield f'<p class="item">{text}</p>'
        elif layout.boxed and index == 2:
            yield f'<div class="box"><p>{text}</p></div>'
        else:
            yield f"<p>{text}</p>"


def write_docx(layout: Layout, blocks: Sequence[Block], path: Path) -> None:
    """Write the report as a Word document."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Pt

    document: Any = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Pt(layout.page[0]), Pt(layout.page[1])
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Pt, layout.margins)
    section.header.paragraphs[0].text = layout.header
    _page_number(section.footer.paragraphs[0], layout.footer, parse_xml, nsdecls)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = layout.font, Pt(layout.size)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), layout.font)
    for block in blocks:
        if block.kind == "table":
            _table(document, layout, block)
            continue
        paragraph = document.add_paragraph()
        run = paragraph.add_run(block.text)
        form = paragraph.paragraph_format
        form.space_after, form.line_spacing = Pt(layout.space * layout.size), layout.leading * 0.8
        if block.kind == "title":
            run.font.size, run.bold = Pt(layout.title_size), True
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            continue
        run.bold = block.kind == "heading"
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if layout.justified else WD_ALIGN_PARAGRAPH.LEFT
        if block.kind == "item":
            form.left_indent, form.first_line_indent = Pt(2 * layout.size), Pt(-2 * layout.size)
        elif layout.indented:
            form.first_line_indent = Pt(2 * layout.size)
    if layout.columns > 1:
        section._sectPr.append(parse_xml(f'<w:cols {nsdecls("w")} w:num="{layout.columns}" w:space="480"/>'))
    document.save(str(path))


def _page_number(paragraph: Any, pattern: str, parse_xml: Callable[[str], Any], nsdecls: Callable[[str], str]) -> None:
    before, number, after = pattern.partition("#")
    paragraph.alignment = 1
    paragraph.add_run(before)
    if number:
        paragraph._p.append(
            parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
        )
    paragraph.add_run(after)


def _table(document: Any, layout: Layout, block: Block) -> None:
    from docx.shared import Pt

    table = document.add_table(len(block.rows), len(block.rows[0]))
    table.style = "Table Grid"
    size = min(layout.size, 12)
    widths = [36, 0, 9.5 * size, 9 * size]
    widths[1] = layout.page[0] - layout.margins[1] - layout.margins[3] - sum(widths)
    for row, cells in zip(table.rows, block.rows, strict=True):
        for cell, text, width in zip(row.cells, cells, widths, strict=True):
            cell.width = Pt(width)
            cell.paragraphs[0].add_run(text).font.size = Pt(size)
