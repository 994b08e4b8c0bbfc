"""The operator's door: ``tracker extract | link | evaluate | serve | …``.

Each command lives in a module of its own that is imported only when the command is called, so that reading a report
starts no web server and opens no database. A new command is one more line in ``COMMANDS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from tracker.cli.wording import ChineseContext, ChineseGroup

COMMANDS: Mapping[str, tuple[str, str]] = {
    "extract": ("tracker.cli.reading:extract_command", "读出一份报告的章节、问题和计划事项"),
    "link": ("tracker.cli.reading:link_command", "用下一年的报告对照上一年的计划"),
    "evaluate": ("tracker.cli.measuring:evaluate_command", "用人工标注衡量识别和对照的准确程度"),
    "run": ("tracker.cli.run:run_command", "一条命令启动：建库、示例数据、网页服务和定时程序"),
    "serve": ("tracker.cli.server:serve_command", "启动网页服务"),
    "scheduler": ("tracker.cli.clock:scheduler_command", "启动定时程序：提醒、邮件、续办"),
    "confirm-clock": ("tracker.cli.clock:confirm_clock_command", "系统时间跳变后确认时间无误，恢复提醒"),
    "migrate": ("tracker.cli.operate:migrate_command", "把数据库升级到当前版本"),
    "create-user": ("tracker.cli.operate:create_user_command", "新建账号"),
    "backup": ("tracker.cli.operate:backup_command", "备份数据库和全部文件"),
    "check-config": ("tracker.cli.operate:check_config_command", "检查配置，指出问题"),
}
"""Command → where it is (``module:name``) and what it does, in the order of ``tracker --help``."""


class LazyGroup(ChineseGroup):
    """A group that knows its commands by name and imports one only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None where there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{name} is no command")
        command.context_class = ChineseContext
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their sentence from the table, importing none of them."""
        with formatter.section("命令"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """年度报告承诺台账：读报告、立台账、逐月查账、年底对账。"""
