"""The scripts that prepare a machine: what they show while they work, and when they leave things alone."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.support.needs import lack, skipped_needs
from tools import environment, system_packages
from tools.environment import Progress, count_pins, fingerprint


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """The script working on a folder of the test's own, with a lock of two packages."""
    lock = tmp_path / "requirements.lock"
    lock.write_text("# made by hand\nalpha==1.0 \\\n    --hash=sha256:0\nbeta==2.0\n", encoding="utf-8")
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "VENV_PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(environment, "LOCKS", {"runtime": lock})
    return tmp_path


def test_pins_are_counted_without_hashes_and_comments(elsewhere):
    assert count_pins(elsewhere / "requirements.lock") == 2


def test_what_is_installed_is_left_alone_until_the_lock_changes(elsewhere):
    assert not environment.is_ready("runtime")
    environment.stamp("runtime").write_text(fingerprint("runtime"), encoding="ascii")
    assert not environment.is_ready("runtime")  # no Python there
    environment.VENV_PYTHON.touch()
    assert environment.is_ready("runtime")
    (elsewhere / "requirements.lock").write_text("alpha==1.1\n", encoding="utf-8")
    assert not environment.is_ready("runtime")


def test_progress_is_a_line_each_quarter_where_there_is_no_terminal(capsys):
    progress = Progress(8)
    for number in range(8):
        kind = ("Collecting a==1", "Processing /somewhere/b.whl", "Requirement already satisfied: c")[number % 3]
        progress.read_line(kind)
        progress.read_line("  Downloading something (1 kB)")
    progress.read_line("Building wheel for jieba (pyproject.toml): started")
    progress.read_line("Building wheel for jieba (pyproject.toml): finished with status 'done'")
    progress.read_line("Installing collected packages: a, b, c")
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["下载 2/8 …", "下载 4/8 …", "下载 6/8 …", "下载 8/8 …", "编译 jieba …", "写入 8 个软件包 …"]


def test_the_end_of_the_log_is_kept_for_an_error_message():
    progress = Progress(1)
    for number in range(40):
        progress.read_line(f"line {number}")
    assert progress.tail().splitlines()[-1] == "line 39"
    assert len(progress.tail().splitlines()) == 15


def test_wrong_words_are_answered_with_the_usage(capsys):
    assert environment.main(["everything"]) == 2
    assert "用法" in capsys.readouterr().out


def test_what_cannot_be_installed_is_named(monkeypatch, capsys):
    monkeypatch.setattr(system_packages, "find_chromium", lambda: None)
    monkeypatch.setattr(system_packages, "has_chinese_font", lambda: False)
    monkeypatch.setattr(system_packages, "OFFICE_NAMES", ())
    monkeypatch.setattr(system_packages.os, "geteuid", lambda: 1000)
    assert system_packages.main() == 0
    assert "缺少 chromium、fonts-noto-cjk、libreoffice-writer-nogui" in capsys.readouterr().out


@pytest.mark.parametrize(("value", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_what_a_machine_lacks_skips_a_test_and_fails_it_in_ci(monkeypatch, value, outcome):
    monkeypatch.setenv("CI", value)
    with pytest.raises(outcome, match="缺少浏览器：请安装"):
        lack("浏览器", "请安装")


def test_skips_are_summed_up_by_reason():
    class Report:
        def __init__(self, reason: str) -> None:
            self.longrepr = ("a.py", 1, f"Skipped: {reason}")

    reports = [Report("缺少浏览器：请安装"), Report("另有原因"), Report("缺少浏览器：请安装")]
    assert skipped_needs(reports) == ["跳过 2 项测试，缺少浏览器：请安装"]


def test_the_recogniser_is_installed_apart_and_its_lack_stops_no_test(elsewhere, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(Path(environment.__file__).parent))
    ocr = importlib.import_module("ocr_environment")
    own = ocr.environment
    for name in ("VENV", "VENV_PYTHON", "LOG", "LOCKS"):
        monkeypatch.setattr(own, name, getattr(own, name))

    def fail(_kind: str) -> None:
        raise own.InstallError("没有网络")

    monkeypatch.setattr(own, "is_ready", lambda _kind: False)
    monkeypatch.setattr(own, "make_venv", lambda: None)
    monkeypatch.setattr(own, "install", fail)
    assert ocr.main(["--tests"]) == 0
    assert ocr.main([]) == 1
    assert "没有网络" in capsys.readouterr().out
    assert own.VENV.name == ".venv-ocr"
