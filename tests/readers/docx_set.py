"""Word documents of every construction that changes what is read: by hand in XML, and by python-docx.

``tools/read_with_libreoffice.py`` has LibreOffice read them; what it read lies in ``docx_expected``, and the reader must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn

from tests.readers.package import NAMESPACES, abstract, level, num, paragraph, run, write_docx

Maker = Callable[[Path], Path]
STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/>'
    '<w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="H2b"><w:name w:val="Own heading"/><w:basedOn w:val="H2"/></w:style>'
)
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "word/_rels/document.xml.rels"
RELATED = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{KIND}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{KIND}/numbering" Target="numbering.xml"/></Relationships>'
).encode()
RESTART = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'


def _lines(*entries: tuple[str, int, int] | str, num_id: int = 1) -> str:
    """Paragraphs: (text, level, numbering instance), or plain text."""
    return "".join(
        paragraph(entry) if isinstance(entry, str) else paragraph(entry[0], num=entry[2] or num_id, level=entry[1])
        for entry in entries
    )


def _count(number_format: str, pattern: str, number: int, *, start: int = 1) -> Maker:
    """A list of ``number`` entries in one counting format."""
    body = "".join(paragraph(f"事项{at}号", num=1, level=0) for at in range(number))
    numbering = abstract(0, level(0, number_format, pattern, start=start)) + num(1, 0)
    return _xml(body, numbering)


def _xml(body: str, numbering: str = "", styles: str = STYLES) -> Maker:
    """A package whose parts are related as Word relates them, so that every program finds them."""
    return lambda path: write_docx(path, body, numbering=numbering or None, styles=styles, extra={RELATIONS: RELATED})


OFFICIAL = abstract(
    0,
    level(0, "chineseCountingThousand", "%1、", extra='<w:pStyle w:val="H1"/>'),
    level(1, "chineseCountingThousand", "（%2）", extra='<w:pStyle w:val="H2"/>'),
    level(2, "decimal", "%3．"),
    level(3, "decimal", "（%4）"),
    level(4, "decimalEnclosedCircle", "%5"),
)
LEGAL = abstract(
    0,
    level(0, "chineseCountingThousand", "第%1章"),
    level(1, "decimal", "%1.%2", extra="<w:isLgl/>"),
    level(2, "decimal", "%1.%2.%3", extra="<w:isLgl/>"),
)
NO_RESTART = abstract(
    0,
    level(0, "decimal", "%1、"),
    level(1, "decimal", "（%2）", extra='<w:lvlRestart w:val="0"/>'),
    level(2, "lowerLetter", "%3)"),
)


def _revision(kind: str, content: str) -> str:
    return f'<w:{kind} w:id="9" w:author="甲" w:date="2026-01-01T00:00:00Z">{content}</w:{kind}>'


def _cell(*paragraphs: str, extra: str = "") -> str:
    return f"<w:tc><w:tcPr>{extra}</w:tcPr>{''.join(paragraphs) or paragraph()}</w:tc>"


def _table(*rows: str) -> str:
    columns = max(row.count("<w:tc>") for row in rows)
    grid = "".join('<w:gridCol w:w="2000"/>' for _ in range(columns))
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def _texts(*texts: str) -> str:
    return "".join(_cell(paragraph(text)) for text in texts)


TASKS = _table(
    _texts("任务", "责任单位", "完成时限"),
    _texts("新增持证执法人员2名", "镇司法所", "2026年6月底"),
    _texts("开展普法宣传4场", "宣传办", "年底前"),
)
SIMPLE_SDT = f"<w:sdt><w:sdtPr><w:alias w:val='单位'/></w:sdtPr><w:sdtContent>{run('柳湾镇')}</w:sdtContent></w:sdt>"


def _python_docx(fill: Callable[[docx.document.Document], None]) -> Maker:
    def make(path: Path) -> Path:
        document = docx.Document()
        fill(document)
        document.save(str(path))
        return path

    return make


def _plain(document: docx.document.Document) -> None:
    document.add_heading("柳湾镇2025年法治政府建设工作报告", 0)
    document.add_heading("一、主要工作", 1)
    document.add_paragraph("全年办理行政处罚案件10件。").add_run("组织宣讲12场。").bold = True
    document.add_paragraph("六月底前完成。\n年底前验收。")
    document.sections[0].header.paragraphs[0].text = "页眉：内部资料"
    document.sections[0].footer.paragraphs[0].text = "第 1 页"


def _bullets(document: docx.document.Document) -> None:
    for style in ("List Number", "List Number 2", "List Bullet", "List Number"):
        document.add_paragraph(f"{style} 的一条", style=style)
    document.add_paragraph("结束。")


def _two_sections(document: docx.document.Document) -> None:
    document.add_paragraph("第一节的正文。")
    document.add_section()
    document.sections[1].different_first_page_header_footer = True
    document.sections[1].first_page_header.paragraphs[0].text = "首页页眉"
    document.add_paragraph("第二节的正文。")
    document.add_page_break()
    document.add_paragraph("换页以后。")


def _with_table(document: docx.document.Document) -> None:
    document.add_paragraph("任务分解表如下。")
    table = document.add_table(rows=3, cols=3)
    for row, texts in zip(
        table.rows,
        [("任务", "责任单位", "时限"), ("培训执法人员", "司法所", "6月底"), ("修订制度", "党政办", "年底")],
        strict=True,
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.add_paragraph("表后正文。")


def _with_comment(document: docx.document.Document) -> None:
    paragraph_ = document.add_paragraph("这一句有批注。")
    document.add_comment(paragraph_.runs, text="批注：请改写", author="乙", initials="Y")
    document.add_paragraph("这一句没有。")


def _field_page(document: docx.document.Document) -> None:
    element = document.add_paragraph("联系电话见第")._p
    for kind, text in (("begin", ""), ("instr", "PAGEREF x"), ("separate", ""), ("text", "3"), ("end", "")):
        piece = OxmlElement("w:r")
        if kind == "instr":
            child = OxmlElement("w:instrText")
            child.text = text
        elif kind == "text":
            child = OxmlElement("w:t")
            child.text = text
        else:
            child = OxmlElement("w:fldChar")
            child.set(qn("w:fldCharType"), kind)
        piece.append(child)
        element.append(piece)
    document.add_paragraph("下一段。")


def _right_to_left_and_ruby(document: docx.document.Document) -> None:
    body = document.element.body
    ruby = (
        f"<w:p {NAMESPACES}>{run('注音')}<w:r><w:ruby><w:rubyPr/><w:rt>{run('zhào')}</w:rt>"
        f"<w:rubyBase>{run('照')}</w:rubyBase></w:ruby></w:r>{run('明')}</w:p>"
    )
    body.insert(0, parse_xml(ruby))


DOCUMENTS: Mapping[str, Maker] = {
    "levels": _xml(
        _lines(
            ("工作情况", 0, 1),
            ("规范执法", 1, 1),
            ("加强普法", 1, 1),
            "普通段落。",
            ("工作计划", 0, 1),
            ("充实队伍", 1, 1),
            ("招录人员", 2, 1),
            ("组织培训", 2, 1),
            ("初任培训", 3, 1),
            ("第一期", 4, 1),
            ("改进普法", 1, 1),
            ("进厂区", 2, 1),
        ),
        OFFICIAL + num(1, 0),
    ),
    "styles": _xml(
        "".join(
            paragraph(text, style=style)
            for text, style in [("情况", "H1"), ("执法", "H2"), ("普法", "H2b"), ("计划", "H1"), ("队伍", "H2")]
        ),
        OFFICIAL + num(1, 0),
    ),
    "style_switched_off": _xml(
        paragraph("情况", style="H1") + paragraph("无编号", style="H1", num=0) + paragraph("计划", style="H1"),
        OFFICIAL + num(1, 0),
    ),
    "run_on": _xml(
        _lines(("甲", 2, 1), ("乙", 2, 1), "隔开。", ("丙", 2, 2), ("丁", 2, 1)), OFFICIAL + num(1, 0) + num(2, 0)
    ),
    "start_override": _xml(
        _lines(("甲", 0, 1), ("乙", 0, 1), ("丙", 0, 2), ("丁", 0, 2), ("戊", 0, 2)),
        OFFICIAL + num(1, 0) + num(2, 0, RESTART),
    ),
    "start_at_five": _xml(
        _lines(("甲", 0, 1), ("乙", 0, 1)), abstract(0, level(0, "decimal", "%1.", start=5)) + num(1, 0)
    ),
    "no_restart": _xml(
        _lines(
            ("甲", 0, 1),
            ("子", 1, 1),
            ("丑", 1, 1),
            ("乙", 0, 1),
            ("寅", 1, 1),
            ("小", 2, 1),
            ("卯", 1, 1),
            ("小", 2, 1),
        ),
        NO_RESTART + num(1, 0),
    ),
    "legal": _xml(
        _lines(("总则", 0, 1), ("目的", 1, 1), ("范围", 1, 1), ("细目", 2, 1), ("职责", 0, 1), ("分工", 1, 1)),
        LEGAL + num(1, 0),
    ),
    "level_override": _xml(
        _lines(("甲", 0, 1), ("乙", 0, 2)),
        OFFICIAL + num(1, 0) + num(2, 0, f'<w:lvlOverride w:ilvl="0">{level(0, "decimal", "第%1项")}</w:lvlOverride>'),
    ),
    "skipped_level": _xml(_lines(("甲", 0, 1), ("直接到三级", 2, 1), ("再一条", 2, 1)), OFFICIAL + num(1, 0)),
    "several_places": _xml(
        _lines(("甲", 0, 1), ("子", 1, 1), ("丑", 1, 1), ("小", 2, 1)),
        abstract(0, level(0, "decimal", "%1"), level(1, "decimal", "%1.%2"), level(2, "decimal", "%1.%2.%3"))
        + num(1, 0),
    ),
    "chinese_thousand": _count("chineseCountingThousand", "%1、", 33),
    "chinese_hundred": _count("chineseCountingThousand", "%1、", 12, start=99),
    "circled": _count("decimalEnclosedCircle", "%1", 20),
    "letters": _count("upperLetter", "%1.", 28),
    "roman": _count("upperRoman", "%1.", 14),
    "stems": _count("ideographTraditional", "%1、", 10),
    "capitals": _count("chineseLegalSimplified", "%1、", 12),
    "full_width": _count("decimalFullWidth", "%1．", 12),
    "two_digits": _count("decimalZero", "%1.", 11),
    "tracked": _xml(
        f"<w:p>{run('完成')}{_revision('ins', run('新增'))}{run('任务')}</w:p>"
        f"<w:p>{_revision('ins', run('整段新增'))}</w:p>" + paragraph("后面一段")
    ),
    "tracked_numbers": _xml(
        paragraph("甲", num=1, level=0)
        + paragraph(_revision("ins", run("插入的乙")), num=1, level=0)
        + paragraph("丙", num=1, level=0),
        OFFICIAL + num(1, 0),
    ),
    "controls": _xml(
        f"<w:p>{SIMPLE_SDT}{run('报告')}</w:p><w:sdt><w:sdtPr/><w:sdtContent>{paragraph('整段控件')}{paragraph('第二段')}</w:sdtContent></w:sdt>"
    ),
    "smart_tags": _xml(
        f"<w:p><w:smartTag w:uri='x' w:element='date'>{run('6月30日')}</w:smartTag>{run('前完成')}</w:p>"
        f"<w:p><w:customXml w:uri='x' w:element='y'>{run('自定义标记')}</w:customXml>{run('之后')}</w:p>"
    ),
    "soft_breaks": _xml(
        f"<w:p>{run('上一行')}<w:r><w:br/></w:r>{run('下一行')}</w:p><w:p>{run('前')}<w:r><w:tab/></w:r>{run('后')}</w:p>"
    ),
    "links": _xml(f"<w:p>{run('见')}<w:hyperlink w:anchor='x'>{run('附件一')}</w:hyperlink>{run('。')}</w:p>"),
    "table": _xml(paragraph("表前。") + TASKS + paragraph("表后。")),
    "table_numbers": _xml(
        paragraph("甲", num=1, level=2)
        + _table(
            _cell(paragraph("格内一", num=1, level=2)) + _cell(paragraph("右")),
            _cell(paragraph("格内二", num=1, level=2)) + _cell(paragraph("右")),
        )
        + paragraph("乙", num=1, level=2),
        OFFICIAL + num(1, 0),
    ),
    "table_nested": _xml(
        _table(_cell(paragraph("外格"), _table(_texts("内一", "内二")), paragraph("格尾")) + _cell(paragraph("右格")))
        + paragraph("表后。")
    ),
    "python_plain": _python_docx(_plain),
    "python_lists": _python_docx(_bullets),
    "python_sections": _python_docx(_two_sections),
    "python_table": _python_docx(_with_table),
    "python_comment": _python_docx(_with_comment),
    "python_field": _python_docx(_field_page),
    "python_ruby": _python_docx(_right_to_left_and_ruby),
}
