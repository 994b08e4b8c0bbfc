"""``tracker train`` on the sample county: it compares, adopts only what is better or forced, and goes back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker.cli import main
from tracker.services.linking_model import model_in_force


@pytest.fixture
def instance(county_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "instance"
    shutil.copytree(county_template, folder)
    monkeypatch.setenv("TRACKER_INSTANCE", str(folder))
    monkeypatch.delenv("TRACKER_DATABASE_URL", raising=False)
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["train", *arguments])


def test_compare_adopt_and_go_back(instance: Path) -> None:
    path = instance / "linking-model.toml"
    first = run()
    assert first.exit_code == 0, first.output
    for words in ("现用权重", "新权重", "提到与否判断正确", "留作检验"):
        assert words in first.output
    assert not path.exists()
    taken = run("--adopt", "--force")
    assert taken.exit_code == 0, taken.output
    assert "已采用新权重" in taken.output
    weights = path.read_text(encoding="utf-8")
    assert model_in_force(path).is_own
    again = run("--adopt")  # the same decisions: the same weights, and no better than themselves
    assert again.exit_code == 1
    assert "没有采用" in again.output
    assert path.read_text(encoding="utf-8") == weights
    assert "已恢复自带权重" in run("--reset").output
    assert not path.exists()
    assert "自带权重" in run("--reset").output


@pytest.mark.parametrize("arguments", [("--force",), ("--reset", "--adopt")])
def test_options_that_do_not_go_together(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "合用" in result.stderr
