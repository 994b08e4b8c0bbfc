"""``tracker scheduler``: the clock's process, or one round of it as of a given moment."""

from __future__ import annotations

import logging
from datetime import datetime

import click

from tracker.cli.children import stop_with_parent as watch_parent
from tracker.cli.installation import check_migrated, open_installation
from tracker.domain.calendar import LOCAL_ZONE
from tracker.jobs.scheduler import run_once, run_scheduler
from tracker.services.holds import confirm_clock, leap_words, open_hold


@click.command("scheduler", help="启动定时程序：提醒、邮件、续办。")
@click.option("--once", is_flag=True, help="只运行一轮，然后退出")
@click.option(
    "--at", "moment", default=None, metavar="时间", help="按这个时间运行，如 2026-07-01T08:30（须与 --once 合用）"
)
@click.option("--stop-with-parent", is_flag=True, hidden=True)
def scheduler_command(once: bool, moment: str | None, *, stop_with_parent: bool) -> None:
    """Run the timetable until interrupted, or one round of it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    if moment is not None and not once:
        raise click.UsageError("--at 只能与 --once 合用。")
    at = _moment(moment)
    runtime = open_installation()
    check_migrated(runtime)
    if stop_with_parent:
        watch_parent()
    if not once:
        run_scheduler(runtime)
        return
    for name, outcome in run_once(runtime, at):
        click.echo(f"{name}：{outcome}")


@click.command("confirm-clock", help="系统时间跳变后，确认现在的时间无误，恢复提醒。")
@click.option("--yes", is_flag=True, help="不再询问")
def confirm_clock_command(*, yes: bool) -> None:
    """Let the reminders go on after the system's clock leapt and a person has looked at it."""
    runtime = open_installation()
    check_migrated(runtime)
    with runtime.database.reading() as session:
        hold = open_hold(session)
    if hold is None:
        click.echo("没有需要确认的时间变动，提醒照常发送。")
        return
    now = runtime.now().astimezone(LOCAL_ZONE)
    click.echo(f"系统时间{leap_words(hold)}，提醒已暂停。现在的时间是 {now:%Y-%m-%d %H:%M}。")
    if not yes:
        click.confirm("这个时间对吗？确认后，期间到点的提醒每人补发一次", abort=True)
    with runtime.database.writing.begin() as session:
        confirm_clock(session, None, now=runtime.now())
    click.echo("已确认，提醒恢复发送。")


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"“{value}”不是有效的时间，应形如 2026-07-01T08:30。", param_hint="--at") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_ZONE)
