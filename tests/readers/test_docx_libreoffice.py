"""Word documents read line for line as LibreOffice reads them; what it read is kept (see tools/read_with_libreoffice.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.docx_set import DOCUMENTS
from tracker.domain.documents import Document
from tracker.readers.registry import read_file

FOLDER = Path(__file__).parent
EXPECTED = {path.stem: path for path in sorted((FOLDER / "docx_expected").glob("*.txt"))}
MADE = {path.stem: path for path in sorted((FOLDER / "docx_made").glob("*.docx"))}

# Where LibreOffice does not do what the format asks: a level that never restarts, and numbers of another level in Arabic figures.
OTHERWISE = {
    "no_restart": {"（1）寅": "（3）寅", "（2）卯": "（4）卯"},
    "legal": {"一.1目的": "1.1目的", "一.2范围": "1.2范围", "一.2.1细目": "1.2.1细目", "二.1分工": "2.1分工"},
}


def lines_of(text: str, otherwise: dict[str, str]) -> list[str]:
    """LibreOffice's lines without white space and bullets, which are looks."""
    lines = ("".join(line.split()).lstrip("•") for line in text.replace("\f", "\n").split("\n"))
    return [otherwise.get(line, line) for line in lines if line]


def read_lines(document: Document) -> list[str]:
    """The reader's lines in the same form: LibreOffice gives each paragraph of a cell a line."""
    lines: list[str] = []
    for block in document.blocks:
        text = document.text[block.span.start : block.span.end]
        lines += text.split() if block.kind == "table_row" else ["".join(text.split())]
    return lines


def test_there_are_enough_documents_and_none_is_left_out() -> None:
    assert len(EXPECTED) >= 25
    assert len(MADE) >= 5
    assert DOCUMENTS.keys() | MADE.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_reads_as_libreoffice_does(tmp_path: Path, name: str) -> None:
    path = MADE[name] if name in MADE else DOCUMENTS[name](tmp_path / f"{name}.docx")
    expected = lines_of(EXPECTED[name].read_text(encoding="utf-8"), OTHERWISE.get(name, {}))
    assert read_lines(read_file(path)[1]) == expected
    assert expected
