"""``tracker run``: everything on one machine with one command — database, sample data, web server and clock."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

import click

from tracker.cli.installation import open_installation
from tracker.db.migrate import upgrade

START_SECONDS = 30.0


@click.command("run", help="一条命令启动：建库、示例数据、网页服务和定时程序。")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址")
@click.option("--port", default=8000, show_default=True, help="监听端口")
@click.option("--sample/--no-sample", default=True, help="首次启动时写入示例数据")
def run_command(host: str, port: int, sample: bool) -> None:
    """Migrate, seed on the first start, then keep the web server and the clock running until interrupted."""
    check_port(host, port)
    runtime = open_installation()
    upgrade(runtime.settings.database_url)
    accounts: list[tuple[str, str, str]] = []
    if sample:
        from tracker.samples.seed import SAMPLE_ACCOUNTS, seed_sample_county

        if seed_sample_county(runtime, progress=click.echo):
            click.echo("示例数据已写入。")
        accounts = list(SAMPLE_ACCOUNTS)
    runtime.database.dispose()
    address = f"http://{host}:{port}"
    environment = {
        "TRACKER_BASE_URL": address,
        "TRACKER_MAIL_TRANSPORT": "file",
        **os.environ,
    }
    _keep_running(host, port, address, environment, accounts)


def check_port(host: str, port: int) -> None:
    """Raise a ClickException that says what to do where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"端口 {port} 已被占用，可能已经启动过一次。请先停止它，或换一个端口：make run PORT={port + 1}"
            ) from error


def _keep_running(
    host: str, port: int, address: str, environment: Mapping[str, str], accounts: list[tuple[str, str, str]]
) -> None:
    command = [sys.executable, "-m", "tracker.cli"]
    children = {
        "网页服务": subprocess.Popen([*command, "serve", "--host", host, "--port", str(port)], env=dict(environment)),
        "定时程序": subprocess.Popen([*command, "scheduler"], env=dict(environment)),
    }
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _wait_until_it_answers(address, children)
        _greet(address, accounts)
        while True:
            _check_alive(children)
            time.sleep(0.5)
    except KeyboardInterrupt:
        click.echo("\n正在停止 …")
    finally:
        for child in children.values():
            if child.poll() is None:
                child.terminate()
        for child in children.values():
            _wait(child)
    click.echo("已停止，数据保留在 instance/ 目录中。")


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _check_alive(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise click.ClickException(f"{name}意外退出（代码 {child.returncode}），已全部停止。请查看上面的出错信息。")


def _wait_until_it_answers(address: str, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        _check_alive(children)
        try:
            with urllib.request.urlopen(f"{address}/login", timeout=2):  # noqa: S310  (our own address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException("网页服务没有在 30 秒内启动，请查看上面的出错信息。")


def _greet(address: str, accounts: list[tuple[str, str, str]]) -> None:
    click.echo("")
    click.echo(f"已启动，请用浏览器打开：{address}")
    if accounts:
        click.echo("示例账号（角色  账号  密码）：")
        for role, username, password in accounts:
            click.echo(f"  {role}  {username}  {password}")
    click.echo("按 Ctrl+C 停止。")
