"""Automatic numbers recovered: each case is a list definition and what Word shows for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.package import abstract, level, num, paragraph, write_docx
from tracker.readers.registry import read_file

OFFICIAL = abstract(
    0,
    level(0, "chineseCountingThousand", "%1、"),
    level(1, "chineseCounting", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimal", "（%4）"),
    level(4, "decimalEnclosedCircle", "%5"),
)


def lines(tmp_path: Path, body: str, numbering: str | None = None, styles: str | None = None) -> list[str]:
    path = write_docx(tmp_path / "报告.docx", body, numbering=numbering, styles=styles)
    return read_file(path)[1].text.split("\n")


def test_official_document_levels(tmp_path: Path) -> None:
    body = "".join(
        paragraph(text, num=1, level=at)
        for at, text in [
            (0, "工作情况"),
            (1, "规范执法"),
            (1, "加强普法"),
            (0, "工作计划"),
            (1, "充实队伍"),
            (2, "招录人员"),
            (2, "组织培训"),
            (3, "初任培训"),
            (4, "第一期"),
            (1, "改进普法"),
            (2, "进厂区"),
        ]
    )
    assert lines(tmp_path, body, OFFICIAL + num(1, 0)) == [
        "一、工作情况",
        "（一）规范执法",
        "（二）加强普法",
        "二、工作计划",
        "（一）充实队伍",
        "1.招录人员",
        "2.组织培训",
        "（1）初任培训",
        "①第一期",
        "（二）改进普法",
        "1.进厂区",
    ]


@pytest.mark.parametrize(
    ("numbering", "paragraphs", "shown"),
    [
        pytest.param(
            abstract(0, level(0, "decimal", "%1.", start=5)) + num(1, 0),
            [(1, 0), (1, 0)],
            ["5.事项", "6.事项"],
            id="start value",
        ),
        pytest.param(
            abstract(0, level(0, "decimal", "%1.")) + num(1, 0) + num(2, 0),
            [(1, 0), (2, 0), (1, 0)],
            ["1.事项", "2.事项", "3.事项"],
            id="instances of one definition run on",
        ),
        pytest.param(
            abstract(0, level(0, "decimal", "%1."))
            + num(1, 0)
            + num(2, 0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'),
            [(1, 0), (1, 0), (2, 0), (2, 0)],
            ["1.事项", "2.事项", "1.事项", "2.事项"],
            id="start override on first use only",
        ),
        pytest.param(
            abstract(0, level(0, "decimal", "%1."))
            + num(1, 0)
            + num(2, 0, '<w:lvlOverride w:ilvl="0">' + level(0, "upperLetter", "%1)") + "</w:lvlOverride>"),
            [(2, 0), (2, 0)],
            ["A)事项", "B)事项"],
            id="level override",
        ),
        pytest.param(
            abstract(0, level(0, "decimal", "%1."), level(1, "decimal", "%1.%2")) + num(1, 0),
            [(1, 0), (1, 1), (1, 1), (1, 0), (1, 1)],
            ["1.事项", "1.1 事项", "1.2 事项", "2.事项", "2.1 事项"],
            id="deeper levels start again",
        ),
        pytest.param(
            abstract(0, level(0, "decimal", "%1."), level(1, "decimal", "(%2)", extra='<w:lvlRestart w:val="0"/>'))
            + num(1, 0),
            [(1, 0), (1, 1), (1, 0), (1, 1)],
            ["1.事项", "(1)事项", "2.事项", "(2)事项"],
            id="a level that never restarts",
        ),
        pytest.param(
            abstract(
                0,
                level(0, "decimal", "%1."),
                level(1, "decimal", "(%2)"),
                level(2, "lowerLetter", "%3)", extra='<w:lvlRestart w:val="1"/>'),
            )
            + num(1, 0),
            [(1, 0), (1, 1), (1, 2), (1, 1), (1, 2), (1, 0), (1, 1), (1, 2)],
            ["1.事项", "(1)事项", "a)事项", "(2)事项", "b)事项", "2.事项", "(1)事项", "a)事项"],
            id="a level that restarts with the first one only",
        ),
        pytest.param(
            abstract(
                0,
                level(0, "chineseCounting", "第%1章"),
                level(1, "decimal", "%1.%2", extra="<w:isLgl/>"),
            )
            + num(1, 0),
            [(1, 0), (1, 1)],
            ["第一章事项", "1.1 事项"],
            id="legal numbering",
        ),
        pytest.param(abstract(0, level(0, "bullet", "●")) + num(1, 0), [(1, 0)], ["事项"], id="bullets show nothing"),
        pytest.param(
            abstract(0, level(0, "decimal", "%1.")) + num(1, 0),
            [(0, 0), (1, 0), (9, 0)],
            ["事项", "1.事项", "事项"],
            id="numId 0 and an unknown one are no list",
        ),
        pytest.param(
            abstract(0, level(0, "decimal", "%1."), level(1, "decimal", "%1.%2.")) + num(1, 0),
            [(1, 1), (1, 1)],
            ["1.1.事项", "1.2.事项"],
            id="a level above that was never used shows its first number",
        ),
        pytest.param(
            abstract(0, level(0, "decimal", "%1.", extra="<w:rPr><w:vanish/></w:rPr>")) + num(1, 0),
            [(1, 0)],
            ["事项"],
            id="hidden number",
        ),
        pytest.param(
            abstract(0, level(0, "none", "附件：")) + num(1, 0), [(1, 0)], ["附件：事项"], id="words without a number"
        ),
    ],
)
def test_counts_as_word_does(
    tmp_path: Path, numbering: str, paragraphs: list[tuple[int, int]], shown: list[str]
) -> None:
    body = "".join(paragraph("事项", num=number, level=at) for number, at in paragraphs)
    assert lines(tmp_path, body, numbering) == shown


def test_number_of_a_style_and_its_base(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="base"><w:name w:val="公文标题"/><w:pPr><w:numPr>'
        '<w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="derived"><w:name w:val="派生"/><w:basedOn w:val="base"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="plain"><w:name w:val="不编号"/><w:basedOn w:val="base"/>'
        '<w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>'
    )
    body = (
        paragraph("甲", style="base")
        + paragraph("乙", style="derived")
        + paragraph("丙", style="plain")
        + paragraph("丁", style="derived", num=0)
        + paragraph("戊", style="derived", level=2)
    )
    assert lines(tmp_path, body, OFFICIAL + num(1, 0), styles) == ["（一）甲", "（二）乙", "丙", "丁", "1.戊"]


def test_level_is_the_one_that_names_the_style(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="h2"><w:name w:val="heading 2"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = abstract(
        0, level(0, "decimal", "%1."), level(1, "chineseCounting", "（%2）", extra='<w:pStyle w:val="h2"/>')
    ) + num(1, 0)
    assert lines(tmp_path, paragraph("规范执法", style="h2"), numbering, styles) == ["（一）规范执法"]


def test_list_defined_by_a_numbering_style(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="numbering" w:styleId="公文"><w:name w:val="公文"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = (
        abstract(0, level(0, "chineseCounting", "（%1）"), extra='<w:styleLink w:val="公文"/>')
        + abstract(1, extra='<w:numStyleLink w:val="公文"/>')
        + num(1, 0)
        + num(2, 1)
    )
    body = paragraph("甲", num=2, level=0) + paragraph("乙", num=1, level=0)
    assert lines(tmp_path, body, numbering, styles) == ["（一）甲", "（二）乙"]


def test_circle_of_links_ends(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="numbering" w:styleId="s"><w:name w:val="s"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
        '</w:style><w:style w:type="paragraph" w:styleId="a"><w:name w:val="a"/><w:basedOn w:val="b"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="b"/><w:basedOn w:val="a"/></w:style>'
    )
    numbering = abstract(0, extra='<w:numStyleLink w:val="s"/>') + num(1, 0)
    assert lines(tmp_path, paragraph("甲", num=1, level=0, style="a"), numbering, styles) == ["甲"]


def test_empty_numbered_paragraph_counts_and_shows_nothing(tmp_path: Path) -> None:
    body = paragraph("甲", num=1, level=2) + paragraph("", num=1, level=2) + paragraph("乙", num=1, level=2)
    assert lines(tmp_path, body, OFFICIAL + num(1, 0)) == ["1.甲", "3.乙"]


def test_old_numbers_in_tracked_changes_are_not_read(tmp_path: Path) -> None:
    changed = (
        "<w:p><w:pPr><w:pPrChange><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr></w:pPrChange>"
        "</w:pPr><w:r><w:t>不再编号</w:t></w:r></w:p>"
    )
    assert lines(tmp_path, changed, OFFICIAL + num(1, 0)) == ["不再编号"]


def test_numbers_in_table_cells_run_on(tmp_path: Path) -> None:
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    body = (
        "<w:tbl>"
        + row.format(paragraph("", num=1, level=2), paragraph("甲"))
        + row.format(paragraph("项", num=1, level=2), paragraph("乙"))
        + "</w:tbl>"
    )
    assert lines(tmp_path, body, OFFICIAL + num(1, 0)) == ["1.\t甲", "2.项\t乙"]


@pytest.mark.parametrize(
    ("label", "text", "shown"),
    [
        ("%1", "2024年任务", "1 2024年任务"),
        ("%1.", "2024年任务", "1. 2024年任务"),
        ("%1、", "2024年任务", "1、2024年任务"),
    ],
)
def test_number_and_text_do_not_run_into_one_number(tmp_path: Path, label: str, text: str, shown: str) -> None:
    numbering = abstract(0, level(0, "decimal", label)) + num(1, 0)
    assert lines(tmp_path, paragraph(text, num=1, level=0), numbering) == [shown]
