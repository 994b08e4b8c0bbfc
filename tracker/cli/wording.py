"""The command line in Chinese: help pages and the errors of wrong use."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

_SECTIONS: Mapping[str, str] = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}
_SENTENCES: Sequence[tuple[str, str]] = (
    (r"Show this message and exit\.", "显示这份说明"),
    (r"\[default: ([^\]]*)\]", r"[默认：\1]"),
    (r"\[required\]", "[必填]"),
    (r"; required\]", "；必填]"),
)
_METAVARS: Mapping[str, str] = {"[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]..."}


class ChineseFormatter(click.HelpFormatter):
    """Lays out help pages as click does, in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        for english, chinese in _METAVARS.items():
            args = args.replace(english, chinese)
        super().write_usage(prog, args, prefix="用法：" if prefix is None else prefix)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Head a part of the page."""
        with super().section(_SECTIONS.get(name, name)):
            yield

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of names and what they are."""
        super().write_dl([(name, _translate(sentence)) for name, sentence in rows], col_max, col_spacing)


class ChineseContext(click.Context):
    """A context whose help pages are Chinese."""

    formatter_class = ChineseFormatter


class ChineseGroup(click.Group):
    """A group that says in Chinese what was wrong with a call, on standard error, and exits as click does."""

    context_class = ChineseContext

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line; with ``standalone_mode`` exit with its code."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(error.exit_code)
        except click.UsageError as error:
            click.echo(describe(error), err=True)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            click.echo(error.format_message(), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("已中断。", err=True)
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def describe(error: click.UsageError) -> str:
    """Return one line: what was wrong, and how to see the usage."""
    program = error.ctx.command_path if error.ctx else "tracker"
    return f"{_fault(error)}用法见：{program} --help"


def _fault(error: click.UsageError) -> str:
    if isinstance(error, click.exceptions.NoSuchCommand):
        return f"没有这个命令：{error.command_name}。"
    if isinstance(error, click.NoSuchOption):
        return f"没有这个选项：{error.option_name}。"
    if isinstance(error, click.MissingParameter):
        return f"缺少{_kind(error)} {_name(error)}。"
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 用得不对（后面少了或多了值）。"
    if isinstance(error, click.BadParameter):
        choices = getattr(error.param.type, "choices", None) if error.param else None
        hint = f"，可选：{'、'.join(map(str, choices))}" if choices else f"（{error.message.rstrip('.')}）"
        return f"{_kind(error)} {_name(error)} 的值不对{hint}。"
    extra = re.search(r"unexpected extra arguments? \((.*)\)", error.message)
    return f"多出了参数：{extra.group(1)}。" if extra else f"{error.message.rstrip('.。')}。"


def _kind(error: click.BadParameter) -> str:
    return "选项" if isinstance(error.param, click.Option) else "参数"


def _name(error: click.BadParameter) -> str:
    if error.param is None:
        return str(error.param_hint or "")
    return error.param.opts[0] if isinstance(error.param, click.Option) else error.param.make_metavar(_context(error))


def _context(error: click.BadParameter) -> click.Context:
    return error.ctx or click.Context(click.Command("tracker"))


def _translate(sentence: str) -> str:
    for english, chinese in _SENTENCES:
        sentence = re.sub(english, chinese, sentence)
    return sentence
