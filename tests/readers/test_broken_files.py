"""Five hundred broken files: each is read or refused with a sentence, never anything else."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import docx
import pytest

from tests.readers.package import abstract, document_xml, level, num, paragraph, write_docx
from tests.support.damage import Change, cut, flip, inserting, shuffle
from tracker.readers.base import UnreadableDocument
from tracker.readers.registry import read_file

WORDS = (
    b"w:p",
    b"w:r",
    b"w:t",
    b"<",
    b">",
    b"/",
    b'"',
    b"=",
    b"&#0;",
    b"&x;",
    b"]]>",
    b"\xff",
    b"\0",
    b"9" * 30,
    b"-1",
)


CHANGES: tuple[Change, ...] = (flip, cut, inserting(WORDS), shuffle)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = docx.Document()
    written.add_heading("关于2030年度法治政府建设情况的报告", 1)
    for number in range(6):
        written.add_paragraph(f"第{number}件事", style="List Number")
    table = written.add_table(2, 2)
    table.cell(0, 0).text = "任务"
    path = tmp_path_factory.mktemp("good") / "报告.docx"
    written.save(str(path))
    return path


def survives(path: Path) -> None:
    """Read the file; only a refusal may come out of it."""
    try:
        said = read_file(path)[1].text
    except UnreadableDocument as error:
        said = error.message
    assert said


@pytest.mark.parametrize("change", CHANGES)
def test_broken_containers(good: Path, tmp_path: Path, change: Change) -> None:
    data = good.read_bytes()
    path = tmp_path / "报告.docx"
    for seed in range(60):
        path.write_bytes(change(data, random.Random(seed)))
        survives(path)


@pytest.mark.parametrize("part", ["word/document.xml", "word/numbering.xml", "word/styles.xml", "_rels/.rels"])
def test_broken_parts(good: Path, tmp_path: Path, part: str) -> None:
    with zipfile.ZipFile(good) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    path = tmp_path / "报告.docx"
    for seed in range(60):
        chance = random.Random(seed)
        broken = chance.choice(CHANGES)(members[part], chance)
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, broken if name == part else data)
        survives(path)


ELEMENTS = (
    '<w:fldChar w:fldCharType="begin"/>',
    '<w:fldChar w:fldCharType="separate"/>',
    '<w:fldChar w:fldCharType="end"/>',
    "<w:instrText>TOC</w:instrText>",
    "<w:instrText/>",
    "<w:t/>",
    "<w:t>字</w:t>",
    "<w:sym/>",
    "<w:sym w:char='110000'/>",
    "<w:br/>",
    "<mc:AlternateContent/>",
    "<w:sdt/>",
    "<w:tbl><w:tr/></w:tbl>",
    "<w:tbl><w:tr><w:tc/><w:tc><w:p/></w:tc></w:tr></w:tbl>",
    "<w:pPr><w:numPr><w:ilvl w:val='99'/><w:numId w:val='1'/></w:numPr></w:pPr>",
    "<w:pPr><w:numPr><w:ilvl w:val='x'/><w:numId w:val='1'/></w:numPr></w:pPr>",
    "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>",
    "<w:r><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:r>",
    "<!-- 注 -->",
    "<?x y?>",
)


def test_odd_but_well_formed_documents(tmp_path: Path) -> None:
    numbering = (
        abstract(0, level(0, "decimal", "%1%9", start=-3), level(8, "lowerLetter", "%9")) + num(1, 0) + num(2, 7)
    )
    for seed in range(100):
        chance = random.Random(seed)
        pieces = "".join(f"<w:p>{''.join(chance.choices(ELEMENTS, k=chance.randint(0, 6)))}</w:p>" for _ in range(8))
        body = pieces + "".join(chance.choices(ELEMENTS, k=4)) + paragraph("完", num=2, level=1)
        survives(write_docx(tmp_path / "报告.docx", document=document_xml(body), numbering=numbering))


def test_random_bytes_in_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    for seed in range(100):
        chance = random.Random(seed)
        path.write_bytes(chance.choice(CHANGES)("一、工作情况，开展普法活动8场。".encode("gb18030") * 20, chance))
        survives(path)
