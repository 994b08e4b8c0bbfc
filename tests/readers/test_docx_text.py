"""What of a Word document is read: every construct that hides or doubles text, one case each."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tests.readers.docx_set import DOCUMENTS
from tests.readers.package import NAMESPACES, abstract, document_xml, level, num, paragraph, run, write_docx
from tracker.domain.documents import Document
from tracker.readers.cleanup import Line
from tracker.readers.docx import read_body
from tracker.readers.extracting import extract_file
from tracker.readers.numbering import Numbering, StyleSheet
from tracker.readers.registry import read_file
from tracker.readers.word_texts import Traits, hides_text
from tracker.readers.wordml import W, child, parse_part, without_formatting, without_unused_styles


def read(tmp_path: Path, body: str, **parts: str) -> Document:
    return read_file(write_docx(tmp_path / "报告.docx", body, **parts))[1]  # type: ignore[arg-type]


def field(code: str, result: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{code}</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


BOX = f"<w:txbxContent>{paragraph('框内文字')}</w:txbxContent>"

INLINE = [
    pytest.param(run("新增") + run("人员"), "新增人员", id="runs"),
    pytest.param(run("完成") + "<w:ins>" + run("新增") + "</w:ins>", "完成新增", id="tracked insertion"),
    pytest.param(run("完成") + "<w:del><w:r><w:delText>旧的</w:delText></w:r></w:del>", "完成", id="tracked deletion"),
    pytest.param(
        "<w:moveFrom>" + run("挪走") + "</w:moveFrom><w:moveTo>" + run("挪来") + "</w:moveTo>", "挪来", id="moved"
    ),
    pytest.param(
        "<w:smartTag w:element='date'>" + run("6月30日") + "</w:smartTag>" + run("前完成"),
        "6月30日前完成",
        id="smart tag",
    ),
    pytest.param(
        "<w:sdt><w:sdtPr/><w:sdtContent>" + run("控件文字") + "</w:sdtContent></w:sdt>",
        "控件文字",
        id="content control",
    ),
    pytest.param(
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        + run("单击此处输入文字")
        + "</w:sdtContent></w:sdt>"
        + run("正文"),
        "正文",
        id="placeholder",
    ),
    pytest.param("<w:hyperlink>" + run("链接") + "</w:hyperlink>", "链接", id="hyperlink"),
    pytest.param("<w:fldSimple w:instr='DATE'>" + run("2030年") + "</w:fldSimple>", "2030年", id="simple field"),
    pytest.param(field("REF _Ref1 \\h", run("第一条")), "第一条", id="result of a field, not its code"),
    pytest.param(
        field("IF 1 = " + "</w:instrText></w:r>" + field("PAGE", run("3")) + "<w:r><w:instrText>", run("是")),
        "是",
        id="field within a field's code",
    ),
    pytest.param(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>EQ \\o\\ac(○,3)</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run("检查"),
        "③检查",
        id="circled number made of two signs",
    ),
    pytest.param(run("可见") + run("隐藏", "<w:vanish/>"), "可见", id="hidden text"),
    pytest.param(run("可见", '<w:vanish w:val="0"/>'), "可见", id="hiding switched off"),
    pytest.param(
        run("正") + f"<mc:AlternateContent><mc:Choice>{run('文')}</mc:Choice><mc:Fallback>{run('旧')}</mc:Fallback>"
        "</mc:AlternateContent>",
        "正文",
        id="fallback",
    ),
    pytest.param(
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><a:graphic><wps:txbx>"
        + BOX
        + "</wps:txbx></a:graphic></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
        + BOX
        + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        + run("正文"),
        "正文\n框内文字",
        id="text box once, after its paragraph",
    ),
    pytest.param("<w:r><w:pict><v:textbox>" + BOX + "</v:textbox></w:pict></w:r>", "框内文字", id="old text box"),
    pytest.param(
        "<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t></w:r>", "甲\n乙\t丙", id="soft break and tab"
    ),
    pytest.param(
        "<w:r><w:t>法治</w:t><w:softHyphen/><w:noBreakHyphen/><w:t>政府</w:t></w:r>", "法治-政府", id="hyphens"
    ),
    pytest.param("<w:r><w:sym w:font='Wingdings' w:char='F0FE'/></w:r>" + run("同意"), "☑同意", id="ticked box"),
    pytest.param("<w:r><w:sym w:font='Symbol' w:char='F0B7'/></w:r>" + run("同意"), "同意", id="unknown symbol"),
    pytest.param("<w:r><w:sym w:char='zz'/></w:r>" + run("同意"), "同意", id="broken symbol"),
    pytest.param(
        "<w:r><w:ruby><w:rt>" + run("fǎ") + "</w:rt><w:rubyBase>" + run("法") + "</w:rubyBase></w:ruby></w:r>",
        "法",
        id="ruby",
    ),
    pytest.param("<w:r><w:footnoteReference w:id='1'/></w:r>" + run("正文"), "正文", id="footnote mark"),
    pytest.param("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>", "x=1", id="formula"),
    pytest.param(run("[bookmark: _GoBack]（一）主要做法"), "（一）主要做法", id="bookmark mark"),
    pytest.param(run("法\u200b治\ufeff政\u00ad府"), "法治政府", id="invisible signs"),
]


@pytest.mark.parametrize(("content", "text"), INLINE)
def test_text_of_a_paragraph(tmp_path: Path, content: str, text: str) -> None:
    assert read(tmp_path, f"<w:p>{content}</w:p>").text == text


def test_an_unfinished_field_hides_its_own_paragraph_at_most(tmp_path: Path) -> None:
    broken = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r></w:p>'
    assert read(tmp_path, broken + paragraph("正文")).text == "正文"


def test_table_of_contents_is_left_out_and_said(tmp_path: Path) -> None:
    contents = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o "1-3"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("一、工作情况 1") + "</w:p>"
        "<w:p>" + run("二、工作计划 3") + '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    document = read(tmp_path, contents + paragraph("一、工作情况"))
    assert document.text == "一、工作情况"
    assert document.notices == ("文档中的目录已略去。",)


def test_contents_by_content_control_and_by_style(tmp_path: Path) -> None:
    styles = '<w:style w:type="paragraph" w:styleId="T1"><w:name w:val="toc 1"/></w:style>'
    gallery = "<w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
    body = (
        f"<w:sdt>{gallery}<w:sdtContent>{paragraph('目录')}</w:sdtContent></w:sdt>"
        + paragraph("一、工作情况 1", style="T1")
        + paragraph("正文")
    )
    assert read(tmp_path, body, styles=styles).text == "正文"


def test_contents_without_an_end_do_not_swallow_the_report(tmp_path: Path) -> None:
    broken = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r></w:p>'
    )
    numbering = abstract(0, level(0, "decimal", "%1.")) + num(1, 0)
    document = read(tmp_path, broken + paragraph("正文", num=1, level=0), numbering=numbering)
    assert document.text == "1.正文"
    assert document.notices == ()


def test_paragraphs_joined_by_a_deleted_mark(tmp_path: Path) -> None:
    numbering = abstract(0, level(0, "decimal", "%1.")) + num(1, 0)
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    deleted = "<w:rPr><w:del w:id='1'/></w:rPr>"
    body = (
        f"<w:p><w:pPr>{numbered}{deleted}</w:pPr>{run('前半句')}</w:p>"
        f"<w:p><w:pPr>{numbered}</w:pPr>{run('后半句')}</w:p>"
        f"<w:p><w:pPr>{numbered}{deleted}</w:pPr><w:del><w:r><w:delText>全删</w:delText></w:r></w:del></w:p>"
        f"<w:p><w:pPr>{numbered}</w:pPr>{run('下一条')}</w:p>"
    )
    assert read(tmp_path, body, numbering=numbering).text == "1.前半句后半句\n2.下一条"


def test_text_before_a_deleted_mark_at_the_end_is_kept(tmp_path: Path) -> None:
    body = f"<w:p><w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr>{run('最后一段')}</w:p>"
    assert read(tmp_path, body).text == "最后一段"


def test_hidden_by_style(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="character" w:styleId="h"><w:name w:val="h"/><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="p"><w:name w:val="p"/><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    hidden = run("隐藏", '<w:rStyle w:val="h"/>')
    body = f"<w:p>{run('可见')}{hidden}</w:p>" + paragraph("全段隐藏", style="p")
    assert read(tmp_path, body, styles=styles).text == "可见"


CELL = "<w:tc>{}</w:tc>"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        pytest.param([["序号", "任务"], ["1", "普法"]], "序号\t任务\n1\t普法", id="row by row"),
        pytest.param([["", "普法"], ["2", ""]], "\t普法\n2\t", id="empty cells keep their place"),
        pytest.param([["", ""], ["3", "执法"]], "3\t执法", id="empty rows go"),
    ],
)
def test_table_rows(tmp_path: Path, rows: list[list[str]], text: str) -> None:
    table = "".join("<w:tr>" + "".join(CELL.format(paragraph(cell)) for cell in row) + "</w:tr>" for row in rows)
    document = read(tmp_path, f"<w:tbl>{table}</w:tbl>")
    assert document.text == text
    assert {block.kind for block in document.blocks} == {"table_row"}


def test_cells_of_several_paragraphs_and_nested_tables(tmp_path: Path) -> None:
    nested = "<w:tbl><w:tr>" + CELL.format(paragraph("内一")) + CELL.format(paragraph("内二")) + "</w:tr></w:tbl>"
    cells = CELL.format(paragraph("甲一") + paragraph("甲二")) + CELL.format(nested + paragraph())
    assert read(tmp_path, f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>").text == "甲一 甲二\t内一 内二"


def test_a_table_of_one_cell_is_layout(tmp_path: Path) -> None:
    cell = CELL.format(paragraph("一、工作情况") + paragraph("正文"))
    document = read(tmp_path, f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")
    assert document.text == "一、工作情况\n正文"
    assert {block.kind for block in document.blocks} == {"paragraph"}


def test_deleted_and_wrapped_rows_and_cells(tmp_path: Path) -> None:
    def row(properties: str, *cells: str) -> str:
        return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"

    table = (
        row("<w:del/>", CELL.format(paragraph("删")), CELL.format(paragraph("除")))
        + "<w:sdt><w:sdtContent>"
        + row(
            "",
            CELL.format(paragraph("甲")),
            f"<w:sdt><w:sdtContent>{CELL.format(paragraph('乙'))}</w:sdtContent></w:sdt>",
        )
        + "</w:sdtContent></w:sdt>"
        + row(
            "",
            CELL.format(paragraph("丙")),
            f"<w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph('丁')}</w:tc>",
            CELL.format(paragraph("戊")),
        )
    )
    assert read(tmp_path, f"<w:tbl>{table}</w:tbl>").text == "甲\t乙\n丙\t戊"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


HEAD = cell("任务") + cell("责任单位") + cell("完成时限")
BEGINS, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
LONG = "新增持证执法人员2名并开展岗前培训"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        pytest.param(
            [
                HEAD,
                cell(LONG) + cell("镇司法所", BEGINS) + cell("6月底", BEGINS),
                cell("开展普法宣传4场") + cell("", GOES_ON) + cell("", '<w:vMerge w:val="continue"/>'),
                cell("修订制度") + cell("党政办") + cell("年底前"),
            ],
            f"任务\t责任单位\t完成时限\n{LONG}\t镇司法所\t6月底\n开展普法宣传4场\t镇司法所\t6月底\n修订制度\t党政办\t年底前",
            id="who and by when over several rows",
        ),
        pytest.param(
            [HEAD, cell(LONG, BEGINS) + cell("甲局") + cell("6月底"), cell("", GOES_ON) + cell("乙局") + cell("年底")],
            f"任务\t责任单位\t完成时限\n{LONG}\t甲局\t6月底\n\t乙局\t年底",
            id="a task over several rows is one task",
        ),
        pytest.param(
            [
                cell("规范执法", BEGINS) + cell(LONG),
                cell("", GOES_ON) + cell("开展案卷评查不少于2次"),
                cell("", GOES_ON) + cell(""),
            ],
            f"规范执法\t{LONG}\n规范执法\t开展案卷评查不少于2次",
            id="a row with nothing of its own",
        ),
        pytest.param(
            [
                HEAD,
                cell("开展宣传", '<w:gridSpan w:val="2"/>') + cell("年底"),
                cell("一、规范执法", '<w:gridSpan w:val="3"/>'),
            ],
            "任务\t责任单位\t完成时限\n开展宣传\t\t年底\n一、规范执法",
            id="cells over several columns",
        ),
        pytest.param(
            ["<w:trPr><w:gridBefore w:val='1'/></w:trPr>" + cell("甲") + cell("乙")],
            "\t甲\t乙",
            id="a row that begins later",
        ),
        pytest.param(
            [cell("甲", '<w:gridSpan w:val="99999999"/>') + cell("乙")],
            "甲" + "\t" * 63 + "乙",
            id="no more columns than Word has",
        ),
    ],
)
def test_cells_over_several_rows_and_columns(tmp_path: Path, rows: list[str], text: str) -> None:
    assert read(tmp_path, table(*rows)).text == text


def test_items_of_a_merged_table_have_their_columns(tmp_path: Path) -> None:
    rows = [
        HEAD,
        cell(LONG) + cell("镇司法所", BEGINS) + cell("2026年6月底"),
        cell("开展普法宣传不少于4场") + cell("", GOES_ON) + cell("2026年底前"),
    ]
    body = paragraph("柳湾镇2025年法治政府建设工作报告") + paragraph("二、2026年工作计划") + table(*rows)
    items = extract_file(write_docx(tmp_path / "报告.docx", body)).reading.items
    assert [item.responsible for item in items] == [("镇司法所",), ("镇司法所",)]
    assert [str(item.deadline.due_on) for item in items] == ["2026-06-30", "2026-12-31"]


def test_notes_are_kept_apart_and_said(tmp_path: Path) -> None:
    reference = "<w:r><w:footnoteReference w:id='2'/></w:r><w:r><w:endnoteReference w:id='1'/></w:r>"
    notes = f"<w:footnotes {NAMESPACES}><w:footnote w:id='2'>{paragraph('注文')}</w:footnote></w:footnotes>".encode()
    body = f"<w:p>{run('正文')}{reference}{run('继续')}</w:p>"
    document = read_file(write_docx(tmp_path / "报告.docx", body, extra={"word/footnotes.xml": notes}))[1]
    assert document.text == "正文继续"
    assert document.notices == ("文档中的 2 条脚注、尾注没有读入正文。",)


def test_wrappers_around_paragraphs(tmp_path: Path) -> None:
    body = (
        f"<w:sdt><w:sdtContent>{paragraph('甲')}</w:sdtContent></w:sdt>"
        f"<w:customXml>{paragraph('乙')}</w:customXml><w:ins>{paragraph('丙')}</w:ins><w:sectPr/>"
    )
    assert read(tmp_path, body).text == "甲\n乙\n丙"


def test_strict_namespace_and_another_main_part(tmp_path: Path) -> None:
    strict = document_xml(paragraph("严格格式")).replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    path = write_docx(tmp_path / "报告.docx", document=strict, main="word/document2.xml")
    assert read_file(path)[1].text == "严格格式"


def test_blocks_quote_the_text_and_carry_the_style(tmp_path: Path) -> None:
    written = docx.Document()
    written.add_heading("关于2030年度法治政府建设情况的报告", 1)
    written.add_paragraph("配强巡查力量", style="List Number")
    written.add_paragraph("改进普法方式", style="List Number")
    written.sections[0].header.paragraphs[0].text = "页眉"
    written.sections[0].footer.paragraphs[0].text = "页脚"
    written.save(str(tmp_path / "报告.docx"))
    info, document = read_file(tmp_path / "报告.docx")
    assert [block.span.of(document.text) for block in document.blocks] == document.text.split("\n")
    assert document.text.split("\n")[1:] == ["1.配强巡查力量", "2.改进普法方式"]
    assert [block.style for block in document.blocks] == ["heading 1", "List Number", "List Number"]
    assert (info.suffix, document.reader) == (".docx", "docx")


def test_what_python_docx_writes_with_tracked_changes(tmp_path: Path) -> None:
    written = docx.Document()
    paragraph_ = written.add_paragraph("增配持证巡查员")
    inserted = OxmlElement("w:ins")
    inserted.set(qn("w:author"), "办公室")
    inserted.append(paragraph_.add_run("不少于6名")._r)
    paragraph_._p.append(inserted)
    written.save(str(tmp_path / "报告.docx"))
    assert read_file(tmp_path / "报告.docx")[1].text == "增配持证巡查员不少于6名"


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_shortcuts_change_nothing(tmp_path: Path, name: str) -> None:
    """What is seen of a document at once spares questions; asking them all gives the same lines."""
    with zipfile.ZipFile(DOCUMENTS[name](tmp_path / "报告.docx")) as package:
        data, names = package.read("word/document.xml"), package.namelist()
        parts = [package.read(part) if part in names else b"" for part in ("word/styles.xml", "word/numbering.xml")]

    def lines(main: bytes, styles: bytes, *, shortly: bool) -> tuple[list[Line], bool]:
        body = child(parse_part(main), "body")
        assert body is not None
        root = parse_part(styles) if styles else None
        sheet = StyleSheet(root)
        numbering = Numbering(parse_part(parts[1]) if parts[1] else None, sheet)
        return read_body(body, sheet, numbering, Traits.of(body, root) if shortly else None)

    looked_up = without_unused_styles(parts[0])
    hidden = hides_text(parse_part(looked_up) if looked_up else None)
    short = lines(without_formatting(data, hidden_styles=hidden), looked_up, shortly=True)
    assert short == lines(data, parts[0], shortly=False)


PLAIN = "<w:r><w:rPr><w:b/></w:rPr><w:t>甲</w:t></w:r>"


@pytest.mark.parametrize(
    ("main", "styles", "left"),
    [
        (PLAIN + PLAIN, "", "<w:r><w:t>甲</w:t></w:r>" * 2),
        (PLAIN, "<w:vanish/>", PLAIN),
        ("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + PLAIN + "</w:p>", "", None),
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>" + PLAIN, "", None),
        ("<w:rPr><w:b/><w:rPrChange><w:rPr/></w:rPrChange></w:rPr>" + PLAIN, "", "<w:r><w:t>甲</w:t></w:r>"),
        ("<w:rPr><w:b/><w:rPrChange><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr>" + PLAIN, "", None),
        ("<!-- <w:rPr> -->" + PLAIN, "", None),
        ("<w:rPr><!-- </w:rPr> --></w:rPr>" + PLAIN, "", None),
        (PLAIN + "<w:rPr><w:b/>", "", None),
    ],
)
def test_formatting_is_left_out_only_where_it_says_nothing_of_the_text(main: str, styles: str, left: str | None):
    hidden = hides_text(parse_part(f"<x xmlns:w='{W[1:-1]}'>{styles}</x>".encode()))
    short = without_formatting(main.encode(), hidden_styles=hidden).decode()
    assert short == (main if left is None else left)


def test_a_style_hides_text_in_whatever_encoding_it_is_written(tmp_path: Path) -> None:
    style = '<w:style w:type="character" w:styleId="h"><w:rPr><w:vanish/></w:rPr></w:style>'
    styles = f"<?xml version='1.0' encoding='UTF-16'?><w:styles {NAMESPACES}>{style}</w:styles>".encode("utf-16")
    hidden = '<w:r><w:rPr><w:rStyle w:val="h"/></w:rPr><w:t>隐</w:t></w:r>'
    path = write_docx(tmp_path / "报告.docx", f"<w:p>{run('显')}{hidden}</w:p>", extra={"word/styles.xml": styles})
    assert read_file(path)[1].text == "显"
