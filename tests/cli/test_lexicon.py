"""``tracker lexicon`` as the person who edits the lists calls it, and the lists in force in every command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker.cli import main
from tracker.domain.word_lists import SHIPPED
from tracker.language.word_files import use_word_folder
from tracker.readers.sandbox import read_and_extract_in_child, stop_sandbox

REPORT = """柳河镇人民政府
2023年法治政府建设情况报告
一、2023年工作情况
开展普法20次。
二、往后的路子
（一）补强力量。6月底前配备无人机2朵。
"""


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    use_word_folder(None)


def run(*arguments: str, folder: Path | None = None) -> Result:
    environment = {"TRACKER_LEXICON_FOLDER": str(folder) if folder else None}
    return CliRunner().invoke(main, [*arguments], env=environment)


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    folder = tmp_path / "词表"
    assert run("lexicon", "export", str(folder)).exit_code == 0
    for file, before, after in (
        ("units", "countable = [", 'countable = ["朵", '),
        ("headings", "plan = [", 'plan = ["路子", '),
    ):
        path = folder / f"{file}.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    return folder


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "报告.txt"
    path.write_text(REPORT, encoding="utf-8")
    return path


def test_check(edited: Path) -> None:
    good = run("lexicon", "check", str(edited))
    assert (good.exit_code, good.stdout) == (0, "没有差错。\n")
    path = edited / "units.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('abouts = ["左右"', 'abouts = ["左.*"'), encoding="utf-8")
    bad = run("lexicon", "check", str(edited))
    assert bad.exit_code == 1
    assert "units.toml 第" in bad.stdout
    assert "共 1 处差错。" in bad.stdout
    nowhere = run("lexicon", "check", str(edited / "无"))
    assert (nowhere.exit_code, nowhere.stdout) == (2, "")
    assert nowhere.stderr.count("\n") == 1


def test_check_without_a_folder(edited: Path) -> None:
    assert run("lexicon", "check").exit_code == 0
    assert "自带" in run("lexicon", "check").stdout
    (edited / "themes.toml").unlink()
    found = run("lexicon", "check", folder=edited)
    assert (found.exit_code, "没有 themes.toml" in found.stdout) == (0, True)


def test_show(edited: Path) -> None:
    names = run("lexicon", "show").stdout
    assert all(f"{name}." in names for name in SHIPPED)
    one = run("lexicon", "show", "headings.plan").stdout
    assert "用途：下一年计划" in one
    assert "路子" not in one
    assert "路子" in run("lexicon", "show", "headings.plan", folder=edited).stdout
    for key, words in (
        ("units.comparisons.>=", "不少于"),
        ("periods.named_days", "元旦（month = 1，day = 1）"),
        ("periods.named_days", "春节（lunar = [1, 1]）"),
        ("matching.contrasts", "户厕 ｜ 公厕"),
        ("matching.units.scale", "万 = 10000"),
        ("themes.themes", "普法"),
    ):
        assert words in run("lexicon", "show", key).stdout
    unknown = run("lexicon", "show", "headings.plans")
    assert unknown.exit_code == 2
    assert "headings.plan" in unknown.stderr


def test_export_overwrites_nothing(edited: Path) -> None:
    before = (edited / "units.toml").read_text(encoding="utf-8")
    again = run("lexicon", "export", str(edited))
    assert again.exit_code == 2
    assert "没有覆盖" in again.stderr
    assert (edited / "units.toml").read_text(encoding="utf-8") == before


def test_extract_reads_by_the_edited_lists(edited: Path, report: Path) -> None:
    assert json.loads(run("extract", str(report), "--json").stdout)["items"] == []
    items = json.loads(run("extract", str(report), "--json", folder=edited).stdout)["items"]
    assert [(item["title"], item["quantities"][0]["unit"]) for item in items] == [("补强力量", "朵")]
    (edited / "units.toml").write_text("abouts = [", encoding="utf-8")
    use_word_folder(None)
    refused = run("extract", str(report), "--json", folder=edited)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "没有启用" in refused.stderr


def test_the_reading_child_reads_by_them_too(edited: Path, report: Path) -> None:
    stop_sandbox()
    try:
        assert read_and_extract_in_child(report, report.name)["items"] == []
        stop_sandbox()
        use_word_folder(edited)
        assert read_and_extract_in_child(report, report.name)["items"][0]["quantities"][0]["unit"] == "朵"
    finally:
        stop_sandbox()


@pytest.mark.parametrize("command", [["serve"], ["scheduler", "--once"], ["check-config"]])
def test_no_process_starts_with_faulty_lists(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "units.toml").write_text("abouts = [", encoding="utf-8")
    environment = {"TRACKER_LEXICON_FOLDER": str(tmp_path), "TRACKER_INSTANCE": str(tmp_path / "instance")}
    refused = CliRunner().invoke(main, command, env=environment)
    assert refused.exit_code == 1
    assert "units.toml 第 1 行" in refused.output
    assert "tracker lexicon check" in refused.output
