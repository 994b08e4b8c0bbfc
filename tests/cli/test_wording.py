"""What the command line says of itself and of wrong use is Chinese, one line each."""

from __future__ import annotations

import re

import click
import pytest
from click.testing import CliRunner

from tracker.cli import COMMANDS, main
from tracker.cli.wording import ChineseGroup


@click.group(cls=ChineseGroup)
def sample() -> None:
    """示例。"""


@sample.command("add", help="添加。")
@click.argument("name")
@click.option("--count", type=int, default=1, show_default=True, help="数量")
@click.option("--kind", type=click.Choice(["甲", "乙"]), required=True, help="种类")
def add(name: str, count: int, kind: str) -> None:
    """Do nothing, or what the name says."""
    if name == "中断":
        raise click.Abort
    if name == "失败":
        raise click.ClickException("做不到。")
    click.echo(f"{name}{count}{kind}")


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (["nonsense"], "没有这个命令：nonsense。", 2),
        (["add", "--kind", "甲"], "缺少参数 NAME。", 2),
        (["add", "名"], "缺少选项 --kind。", 2),
        (["add", "名", "--kind", "丙"], "选项 --kind 的值不对，可选：甲、乙。", 2),
        (["add", "名", "--kind", "甲", "--count", "x"], "选项 --count 的值不对", 2),
        (["add", "名", "--kind"], "选项 --kind", 2),
        (["add", "名", "--size", "1"], "没有这个选项：--size。", 2),
        (["add", "名", "又一", "--kind", "甲"], "多出了参数：又一。", 2),
        (["add", "中断", "--kind", "甲"], "已中断。", 1),
        (["add", "失败", "--kind", "甲"], "做不到。", 1),
    ],
)
def test_wrong_use(arguments: list[str], words: str, code: int) -> None:
    result = CliRunner().invoke(sample, arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_right_use() -> None:
    result = CliRunner().invoke(sample, ["add", "名", "--kind", "甲"])
    assert (result.exit_code, result.stdout) == (0, "名1甲\n")


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_pages_are_chinese(command: str | None) -> None:
    result = CliRunner().invoke(main, [command, "--help"] if command else ["--help"])
    assert result.exit_code == 0
    assert "用法：" in result.stdout
    assert not re.search(r"Usage|Options|Commands|Show this|default:|required", result.stdout)
