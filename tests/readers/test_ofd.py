"""OFD files: the text in reading order, whatever liberties the program that wrote them took."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.ofd_files import PLAIN, Setting, tag, text_object, write_ofd, write_scanned_ofd
from tracker.readers.base import DEFAULT_LIMITS, Limits, ScannedDocument, UnreadableDocument
from tracker.readers.ofd import ofd_picture, ofd_pictures
from tracker.readers.ofd_page import _deltas
from tracker.readers.registry import read_file

REPORT = (
    "一、工作开展情况",
    "（一）严格公正执法。全年查办市容案件十二件，组织岗位练兵两期，增配持证巡查员三名，执法力量得到充实，群众满意度稳步提高，没有发生行政诉讼败诉案件。",
    "（二）改进普法方式。全年开展以案释法课堂六场，印发普法读本，覆盖各村（社区），受教育群众逐年增加。",
    "二、存在的问题",
    "一是巡查人手紧缺；二是普法办法不多；三是部分干部运用法治思维解决问题的能力有待提高，需要在下一年度着力加以解决。",
)
SENTENCES = REPORT[1][3:].split("，")
LONG = tuple(
    f"（{number}）" + "，".join((SENTENCES * 2)[turn : turn + 7]).replace("。", "") + "。"
    for turn, number in enumerate("二三四五六七")
    for _ in range(3)
)
TABLE = (("序号", "任务", "责任单位"), ("1", "充实巡查力量", "执法队"), ("2", "改进普法方式", "司法所"))


def read(path: Path, **limits: int) -> list[str]:
    return read_file(path, limits=Limits(**limits))[1].text.split("\n")


@pytest.mark.parametrize(
    "setting",
    [
        PLAIN,
        Setting(runs="plain"),
        Setting(runs="letter"),
        Setting(ctm=True),
        Setting(ctm=True, runs="plain", blocks=3),
        Setting(prefix=""),
        Setting(absolute=True, upper=True),
        Setting(root="ofd.XML", header="石桥镇年度报告"),
        Setting(template="内部资料注意保存", footer="第 {} 页"),
        Setting(shuffled=True, indent=0, letters=31),
        Setting(size=4.2, letters=37, pitch=6.5, lines=34, footer="{}"),
    ],
)
def test_paragraphs_are_joined_whatever_the_way_of_writing(tmp_path: Path, setting: Setting) -> None:
    text = (*REPORT, *LONG) if setting.indent else REPORT
    found = read(write_ofd(tmp_path / "报告.ofd", text, setting=setting))
    if setting.template and found[0] == setting.template:
        found = found[1:]
    assert found == list(text)


def test_several_documents_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "报告.ofd", REPORT[:2], REPORT[3:])
    _, document = read_file(path)
    assert document.text.split("\n") == [*REPORT[:2], *REPORT[3:]]
    assert "2 份文档" in document.notices[0]


def test_a_table_gives_rows(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "报告.ofd", [REPORT[0], TABLE, REPORT[1]])
    _, document = read_file(path)
    assert document.text.split("\n") == [REPORT[0], *("\t".join(row) for row in TABLE), REPORT[1]]
    assert [block.kind for block in document.blocks].count("table_row") == 3


def test_pictures_only_are_a_scan(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "报告.ofd", [""], setting=replace(PLAIN, picture=True, footer="- {} -"))
    with pytest.raises(ScannedDocument) as caught:
        read_file(path)
    assert (caught.value.code, caught.value.pages) == ("scanned", 1)
    assert "扫描件" in caught.value.message


def test_a_picture_behind_text_hides_nothing(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "报告.ofd", REPORT, setting=replace(PLAIN, picture=True))
    assert read(path) == list(REPORT)


def test_slanted_text_is_a_watermark(tmp_path: Path) -> None:
    turned = text_object(PLAIN, "仅供内部使用", 60, 120, 12).replace(
        "<ofd:TextObject", '<ofd:TextObject CTM="0.8 0.5 -0.5 0.8 0 0"'
    )
    path = write_ofd(tmp_path / "报告.ofd", REPORT)
    import zipfile

    other = tmp_path / "水印.ofd"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            data = source.read(name).decode()
            target.writestr(name, data.replace("</ofd:Layer>", turned + "</ofd:Layer>"))
    assert read(other) == list(REPORT)


def test_more_pages_than_a_report_has(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "报告.ofd", REPORT * 12)
    with pytest.raises(UnreadableDocument) as caught:
        read(path, pages=2)
    assert caught.value.code == "too_many_pages"


def test_nesting_without_end(tmp_path: Path) -> None:
    path = write_ofd(tmp_path / "报告.ofd", REPORT[:1], setting=replace(PLAIN, blocks=40))
    with pytest.raises(UnreadableDocument) as caught:
        read(path, depth=20)
    assert caught.value.code == "too_deep"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1 2 3", [1, 2, 3]),
        ("g 3 5", [5, 5, 5]),
        ("4 g 2 6 1", [4, 6, 6, 1]),
        ("g 999999999 1", [1] * 5),
        ("g", []),
        ("g x y 3", [3]),
        (None, []),
    ],
)
def test_steps(text: str | None, steps: list[float]) -> None:
    assert _deltas(text, 5) == steps


def test_the_writer_names_elements_both_ways() -> None:
    assert tag(Setting(prefix=""), "A", "x", top=True).startswith("<A xmlns=")


def test_a_scan_names_the_picture_of_each_page(tmp_path: Path) -> None:
    """The largest one of a page, whatever stands beside it; a file with text has none."""
    path = write_scanned_ofd(tmp_path / "scan.ofd", b"first", b"second")
    with pytest.raises(ScannedDocument) as declined:
        read_file(path)
    assert declined.value.pages == 2
    members = ofd_pictures(path, DEFAULT_LIMITS)
    assert [ofd_picture(path, member, DEFAULT_LIMITS) for member in members] == [b"first", b"second"]
    assert ofd_pictures(write_ofd(tmp_path / "text.ofd", REPORT), DEFAULT_LIMITS) == []
