"""``tracker extract`` and ``tracker link`` as a person and as a program call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner, Result

from tracker.cli import main

ROOT = Path(__file__).resolve().parents[2]
EARLIER = """云岭县石桥镇人民政府
关于2030年度法治政府建设情况的报告
一、工作开展情况
全年查办市容案件12件，开展普法宣传8场次。
二、存在的问题
一是巡查人手紧缺；二是普法办法不多。
三、2031年工作计划
（一）充实巡查力量。6月底前增配持证巡查员不少于3名。（责任单位：城镇管理中队）
（二）改进普法方式。全年开展以案释法课堂不少于6场。
"""
LATER = """云岭县石桥镇人民政府
关于2031年度法治政府建设情况的报告
一、工作开展情况
（一）执法队伍。5月增配持证巡查员3名。
（二）普法宣传。开展以案释法课堂4场。
二、存在的问题
一是普法活动次数偏少。
三、2032年工作计划
（一）改进普法方式。全年开展以案释法课堂不少于4场。
"""


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    path = tmp_path / "石桥镇2030.txt"
    path.write_text(EARLIER, encoding="utf-8")
    return path


@pytest.fixture
def later(tmp_path: Path) -> Path:
    path = tmp_path / "石桥镇2031.txt"
    path.write_bytes(LATER.encode("gb18030"))
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from tracker.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env={**os.environ, **environment})


def test_extract_as_json(earlier: Path) -> None:
    result = call("extract", earlier, "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    data = json.loads(result.stdout)
    assert data["file"] == "石桥镇2030.txt"
    assert (data["report_year"], data["plan_year"], data["reader"]) == (2030, 2031, "text")
    for entry in [*data["items"], *data["problems"], *(c for item in data["items"] for c in item["commitments"])]:
        assert data["text"][entry["start"] : entry["end"]] == entry["text"]
    assert data["items"][0]["deadline"] == "2031-06-30"


def test_extract_a_word_document_with_its_numbers(tmp_path: Path) -> None:
    written = docx.Document()
    for line in EARLIER.splitlines()[:7]:
        written.add_paragraph(line)
    for text in ("6月底前增配持证巡查员不少于3名。", "全年开展以案释法课堂不少于6场。"):
        written.add_paragraph(text, style="List Number")
    written.save(str(tmp_path / "报告.docx"))
    data = json.loads(call("extract", tmp_path / "报告.docx", "--json").stdout)
    assert data["reader"] == "docx"
    assert "1.6月底前" not in data["text"]
    assert [item["deadline"] for item in data["items"]] == ["2031-06-30", "2031-12-31"]


def test_json_is_utf_8_in_any_locale(earlier: Path) -> None:
    done = process("extract", earlier, "--json", PYTHONIOENCODING="gb18030", LC_ALL="C")
    assert json.loads(done.stdout.decode("utf-8"))["unit"] == "云岭县石桥镇人民政府"
    assert done.stderr == b""


def test_extract_for_a_person(earlier: Path) -> None:
    result = call("extract", earlier)
    assert result.exit_code == 0
    for words in ("报告年度 2030", "计划事项 2 项", "城镇管理中队", "2031-06-30", "存在问题 2 项"):
        assert words in result.stdout
    assert "\x1b[" not in result.stdout


def test_a_report_without_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "无计划.txt"
    path.write_text("石桥镇2030年工作总结\n一、工作情况\n全年办理案件12件。\n", encoding="utf-8")
    data = json.loads(call("extract", path, "--json").stdout)
    assert data["items"] == []
    assert data["notices"]
    assert data["notices"][0] in call("extract", path).stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.txt", b"", "文件是空的"),
        ("照片.docx", b"\xff\xd8\xff\xe0" + b"\0" * 64, "JPEG 图片"),
        ("旧.pdf", b"%PDF-1.7", "PDF"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_2(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for arguments in (("extract", path), ("extract", path, "--json"), ("link", path, path, "--json")):
        result = call(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert words in result.stderr
        assert result.stderr.count("\n") == 1


def test_a_missing_file(tmp_path: Path) -> None:
    result = call("extract", tmp_path / "没有.docx")
    assert result.exit_code == 2
    assert "找不到文件" in result.stderr


def test_link_as_json(earlier: Path, later: Path) -> None:
    result = call("link", earlier, later, "--json")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert list(data) == ["earlier", "later", "links", "unplanned"]
    rows: dict[Any, dict[str, Any]] = {row["item"]: row for row in data["links"] if row["commitment"] is None}
    assert set(rows) == {item["id"] for item in data["earlier"]["items"]}
    assert rows["i1"]["outcome"] == "done"
    for row in data["links"]:
        assert row["outcome"] in ("done", "partial", "not_mentioned")
        for passage in row["evidence"]:
            assert data["later"]["text"][passage["start"] : passage["end"]] == passage["text"]


def test_link_for_a_person(earlier: Path, later: Path) -> None:
    result = call("link", earlier, later)
    assert result.exit_code == 0
    assert "计划事项 2 项" in result.stdout
    assert "已完成" in result.stdout


def test_link_without_a_plan_says_so(tmp_path: Path, later: Path) -> None:
    path = tmp_path / "无计划.txt"
    path.write_text("石桥镇2030年工作总结\n一、工作情况\n全年办理案件12件。\n", encoding="utf-8")
    result = call("link", path, later)
    assert result.exit_code == 0
    assert "没有识别出计划事项" in result.stdout


def test_help_names_every_command_without_loading_it() -> None:
    script = (
        "import sys; from click.testing import CliRunner; from tracker.cli import main, COMMANDS; "
        "out = CliRunner().invoke(main, ['--help']).stdout; "
        "assert all(name in out for name in COMMANDS); "
        "print([name for name in ('flask', 'sqlalchemy', 'lxml', 'rich', 'jieba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("arguments", [("extract",), ("nonsense",)])
def test_wrong_use_is_exit_2(arguments: tuple[str, ...]) -> None:
    assert call(*arguments).exit_code == 2


def test_reading_loads_no_server(earlier: Path) -> None:
    """What makes the start slow is not even loaded; how long it takes is a matter of the benchmarks."""
    script = (
        "import sys; from tracker.cli import main\n"
        f"try: main(['extract', {str(earlier)!r}, '--json'])\n"
        "except SystemExit: pass\n"
        "heavy = ('flask', 'sqlalchemy', 'alembic', 'apscheduler', 'jieba', 'openpyxl', 'rich', 'multiprocessing')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr.strip() == "[]"
