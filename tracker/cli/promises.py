"""The operator's command that compares promises at once instead of waiting for the clock."""

from __future__ import annotations

import click

from tracker.cli.installation import check_migrated, open_installation
from tracker.runtime import Runtime


@click.command("compare-promises", help="与往年和其他单位的计划比对尚未比对的报告。中断后再次运行即接着做。")
@click.option("--anew", is_flag=True, help="全部重新比对，改过套话词表后使用")
def compare_promises_command(anew: bool) -> None:
    """Compare every report that waits, a hundred at a time."""
    from tracker.services.promises import compare_waiting, forget_comparisons

    runtime = open_installation()
    check_migrated(runtime)
    if anew:
        with runtime.database.writing.begin() as session:
            number = forget_comparisons(session)
        click.echo(f"{number} 份报告等待重新比对。")
    total = 0
    while _is_waiting(runtime):
        total += compare_waiting(runtime.database, now=runtime.now())
        click.echo(f"已比对 {total} 份。")
    click.echo("比对完毕。" if total else "没有等待比对的报告。")


def _is_waiting(runtime: Runtime) -> bool:
    from tracker.services.promises import is_waiting

    with runtime.database.reading() as session:
        return is_waiting(session)
