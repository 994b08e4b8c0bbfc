"""``tracker lexicon``: check edited word lists, show one with what it is for, write out the shipped ones. No database."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tracker.cli.reading import LEXICON_VARIABLE as VARIABLE
from tracker.cli.reading import fail
from tracker.cli.wording import ChineseContext, ChineseGroup
from tracker.domain.word_lists import (
    SHIPPED,
    Explained,
    WordListsUnusable,
    check_folder,
    check_texts,
    explain,
    shipped_texts,
)
from tracker.language.lexicon import LexiconError

_SHORT = 36


@click.group("lexicon", cls=ChineseGroup, help="词表：检查改过的、查看、导出自带的。")
def lexicon_command() -> None:
    """Hold the commands on word lists together."""


@lexicon_command.command("check", help="检查改过的词表，说出差错在哪个文件、哪一行、怎么改。")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def check_command(folder: Path | None) -> None:
    """Print one line a fault; exit 0 without any, 1 with some, 2 where the folder cannot be read."""
    folder = folder or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if folder is None:
        faults = tuple(check_texts(shipped_texts(), {name: path.name for name, path in SHIPPED.items()}))
        click.echo("没有指明目录，检查的是自带的词表。")
        absent: tuple[str, ...] = ()
    else:
        try:
            findings = check_folder(folder)
        except WordListsUnusable as error:
            fail(str(error))
        faults, absent = findings.faults, findings.absent
    for fault in faults:
        click.echo(str(fault))
    if absent:
        click.echo(f"目录里没有 {'、'.join(f'{name}.toml' for name in absent)}，这几份用自带的。")
    click.echo(f"共 {len(faults)} 处差错。" if faults else "没有差错。")
    raise SystemExit(1 if faults else 0)


@lexicon_command.command("show", help="查看一个词表和它的用途；不写 KEY 时列出全部词表。KEY 形如 headings.plan。")
@click.argument("key", required=False)
def show_command(key: str | None) -> None:
    """Print a list, the lists of a file, or all their names."""
    known = {each.key: each for each in _all_lists()}
    if key is None or key in SHIPPED:
        for each in known.values():
            if key is None or each.key.startswith(f"{key}."):
                click.echo(f"{each.key}（{_count(each.value)}）　{_shortened(each.explanation)}")
        return
    if key not in known:
        near = difflib.get_close_matches(key, known, 3, 0.5)
        hint = f"相近的有：{'、'.join(near)}。" if near else ""
        fail(f"没有叫“{key}”的词表。{hint}全部名称见：tracker lexicon show")
    each = known[key]
    click.echo(f"{each.key}　{key.split('.')[0]}.toml 第 {each.line} 行，{_count(each.value)}")
    click.echo(f"用途：{each.explanation}")
    for line in _lines_of(each.value):
        click.echo(line)


@lexicon_command.command("export", help="把自带的词表写到一个目录，在它的基础上改。已有的文件不覆盖。")
@click.argument("folder", type=click.Path(path_type=Path))
def export_command(folder: Path) -> None:
    """Write the shipped lists; exit 2 where one of them is there already or the folder cannot be written."""
    there = [name for name in SHIPPED if (folder / f"{name}.toml").exists()]
    if there:
        fail(f"{folder} 里已有 {'、'.join(f'{name}.toml' for name in there)}，没有覆盖。请换一个目录，或先把它们移走。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in shipped_texts().items():
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{folder} 不能写入（{error.strerror}）。")
    click.echo(f"已写出 {len(SHIPPED)} 份词表到 {folder}。改好后：tracker lexicon check {folder}")


for _command in lexicon_command.commands.values():
    _command.context_class = ChineseContext


def _all_lists() -> Iterator[Explained]:
    """Yield every list of the texts in force, the shipped ones where the environment names no folder."""
    folder = os.environ.get(VARIABLE)
    for name, shipped in shipped_texts().items():
        edited = Path(folder) / f"{name}.toml" if folder else None
        try:
            text = edited.read_text(encoding="utf-8").removeprefix("\ufeff") if edited and edited.is_file() else shipped
            yield from explain(name, text)
        except (LexiconError, UnicodeDecodeError, OSError) as error:
            fail(f"{error}。请先运行 tracker lexicon check。")


def _count(value: Any) -> str:
    return (
        f"{len(value)} 条"
        if isinstance(value, dict) or (value and not isinstance(value[0], str))
        else f"{len(value)} 个词"
    )


def _shortened(explanation: str) -> str:
    return explanation if len(explanation) <= _SHORT else explanation[:_SHORT] + "…"


def _lines_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"  {key} = {number}" for key, number in value.items())
    elif value and isinstance(value[0], str):
        yield "  " + "、".join(value)
    else:
        yield from (f"  {_in_words(row)}" for row in value)


def _in_words(row: Any) -> str:
    if isinstance(row, dict):
        words = "、".join(row.get("words", ()))
        rest = "，".join(f"{key} = {value}" for key, value in row.items() if key != "words")
        return f"{words}（{rest}）" if rest else words
    return (
        " ｜ ".join("、".join(part) if isinstance(part, list) else part for part in row)
        if isinstance(row[0], list)
        else "、".join(row)
    )
