"""``tracker run``: everything on one machine with one command — database, sample data, web server and clock."""

from __future__ import annotations

import os
import signal
import socket
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from tracker.cli.children import Child, ChildEnded, start_child, stop_children
from tracker.cli.installation import open_installation
from tracker.db.migrate import upgrade

START_SECONDS = 60.0
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  (recognised, not listened on)
HIGHEST_PORT = 65535

Accounts = Sequence[tuple[str, str, str]]


@click.command("run", help="一条命令启动：建库、示例数据、网页服务和定时程序。")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址；0.0.0.0 表示本机所有地址")
@click.option("--port", default=8000, show_default=True, help="监听端口")
@click.option("--sample/--no-sample", default=True, help="首次启动时写入示例数据")
def run_command(host: str, port: int, sample: bool) -> None:
    """Migrate, seed on the first start, then keep the web server and the clock running until interrupted."""
    check_port(host, port)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    address = f"http://{_shown_host(host)}:{port}"
    os.environ.setdefault("TRACKER_BASE_URL", address)
    os.environ.setdefault("TRACKER_TRUSTED_HOSTS", ",".join(_hosts(host)))
    os.environ.setdefault("TRACKER_MAIL_TRANSPORT", "file")
    folder, accounts = _prepare(sample=sample)
    _keep_running(host, port, address, folder, accounts)


def check_port(host: str, port: int) -> None:
    """Raise a ClickException that says what to do where the port is taken or the address is not this machine's."""
    if not 0 < port <= HIGHEST_PORT:
        raise click.ClickException(f"端口应在 1 到 {HIGHEST_PORT} 之间：make run PORT=8000")
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except socket.gaierror as error:
        raise click.ClickException(f"地址 {host} 无法识别。请用 127.0.0.1，或本机的地址。") from error
    except PermissionError as error:
        raise click.ClickException(
            f"没有使用端口 {port} 的权限。请换一个大于 1024 的端口：make run PORT=8000"
        ) from error
    except OSError as error:
        if error.errno is not None and "assign" in os.strerror(error.errno).lower():
            raise click.ClickException(f"{host} 不是本机的地址。请用 127.0.0.1，或本机的地址。") from error
        other = port + 1 if port < HIGHEST_PORT else port - 1
        raise click.ClickException(
            f"端口 {port} 已被占用，可能已经启动过一次。请先停止它，或换一个端口：make run PORT={other}"
        ) from error


def _prepare(*, sample: bool) -> tuple[Path, Accounts]:
    """Bring the database up to date and, where it is empty, fill it; returns the instance folder and the accounts to show."""
    runtime = open_installation()
    upgrade(runtime.settings.database_url)
    accounts: Accounts = ()
    if sample:
        from tracker.samples.seed import sample_accounts_of, seed_sample_county

        if seed_sample_county(runtime, progress=click.echo):
            click.echo("示例数据已写入。")
        accounts = sample_accounts_of(runtime)
    runtime.database.dispose()
    return runtime.settings.instance_path, accounts


def _keep_running(host: str, port: int, address: str, folder: Path, accounts: Accounts) -> None:
    children: list[Child] = []
    logs = folder / "logs"
    click.echo("正在启动 …")
    try:
        place = ["--host", host, "--port", str(port)]
        children.append(start_child("网页服务", ["serve", *place], logs / "web.log", os.environ))
        children.append(start_child("定时程序", ["scheduler"], logs / "clock.log", os.environ))
        _wait_until_it_answers(f"http://{'127.0.0.1' if host in EVERYWHERE else _shown_host(host)}:{port}", children)
        _greet(host, address, folder, accounts)
        while True:
            _check(children)
            time.sleep(0.5)
    except KeyboardInterrupt:
        click.echo("\n正在停止 …")
    except ChildEnded as ended:
        raise click.ClickException(str(ended)) from ended
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # once is enough: the children are given time to end
        stop_children(children)
    click.echo(f"已停止。数据保留在 {folder}，下次启动接着使用。")


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _check(children: Sequence[Child]) -> None:
    for child in children:
        child.check()


def _wait_until_it_answers(address: str, children: Sequence[Child]) -> None:
    host = os.environ["TRACKER_TRUSTED_HOSTS"].split(",")[0]
    request = urllib.request.Request(f"{address}/login", headers={"Host": host})  # noqa: S310  (our own address)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        _check(children)
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(request, timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    raise click.ClickException(f"网页服务没有在 {START_SECONDS:.0f} 秒内启动。请查看日志 {children[0].log}。")


def _greet(host: str, address: str, folder: Path, accounts: Accounts) -> None:
    click.echo("")
    click.echo(f"已启动，请用浏览器打开：{address}")
    if host in EVERYWHERE:
        click.echo("同一网络中的其他电脑也可以打开。本机没有加密传输，请只在可信的网络中这样使用。")
        click.echo(f"可用的主机名：{'、'.join(_hosts(host))}。要用别的名称访问，请设置 TRACKER_TRUSTED_HOSTS。")
    if accounts:
        click.echo("示例账号：")
        for line in _table([("角色", "账号", "密码"), *accounts]):
            click.echo(f"  {line}")
    if os.environ["TRACKER_MAIL_TRANSPORT"] == "file":
        click.echo(f"邮件不会发出，存为文件：{folder / 'mail'}")
    click.echo(f"运行日志：{folder / 'logs'}")
    click.echo("按 Ctrl+C 停止。数据会保留。")


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell + " " * (widths[i] - _width(cell)) for i, cell in enumerate(row)).rstrip() for row in rows]


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _hosts(host: str) -> list[str]:
    """Return the names by which the server may be called; any other is refused (a forged Host header)."""
    names = ["127.0.0.1", "localhost"]
    if host in EVERYWHERE:
        names += [_own_address(), socket.gethostname()]
    else:
        names.append(host)
    return list(dict.fromkeys(names))


def _shown_host(host: str) -> str:
    host = _own_address() if host in EVERYWHERE else host
    return f"[{host}]" if ":" in host else host


def _own_address() -> str:
    """Return this machine's address in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
