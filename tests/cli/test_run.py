"""``tracker run`` as an operator sees it: what it prints, how it ends, and that nothing outlives it."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.web import free_port
from tracker.samples.seed import SAMPLE_ACCOUNTS

ROOT = Path(__file__).resolve().parents[2]
LAST = "按 Ctrl+C 停止"
PATIENCE = 300.0  # seconds after which a run that says nothing more is taken for hung


def environment(instance: Path, **more: str) -> dict[str, str]:
    """The environment of an operator, without the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return {**kept, "TRACKER_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1", **more}


class Run:
    """A running ``tracker run``: what it has printed so far, and its children."""

    def __init__(self, instance: Path, *options: str, **more: str) -> None:
        self.instance, self.port = instance, free_port()
        command = [sys.executable, "-m", "tracker.cli", "run", "--port", str(self.port), *options]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(instance, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.lines: list[str] = []
        self._watchdog = threading.Timer(PATIENCE, self.process.kill)
        self._watchdog.start()

    def wait_until_started(self) -> list[str]:
        """Read on until the last line of the greeting; gives all lines."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if LAST in line:
                return self.lines
        raise AssertionError("\n".join(["it ended before it had started:", *self.lines]))

    def end(self, number: int) -> int:
        """Send a signal and wait for the end; gives the exit code."""
        self.process.send_signal(number)
        assert self.process.stdout is not None
        self.lines += self.process.stdout.read().splitlines()
        return self.process.wait(timeout=PATIENCE)

    def children(self) -> list[int]:
        """The process ids of the children."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(number) for number in listed.split()]

    def ask(self, path: str = "/login", host: str | None = None) -> int:
        """Get a page; gives the status."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if host is not None:
            request.add_header("Host", host)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def clean_up(self) -> None:
        """End it if the test did not."""
        self._watchdog.cancel()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def running(instance: Path, *options: str, **more: str) -> Iterator[Run]:
    run = Run(instance, *options, **more)
    try:
        yield run
    finally:
        run.clean_up()


def test_it_greets_with_address_accounts_and_how_to_stop(county_template: Path, tmp_path: Path) -> None:
    shutil.copytree(county_template, tmp_path, dirs_exist_ok=True)
    with running(tmp_path) as run:
        lines = run.wait_until_started()
        text = "\n".join(lines)
        assert f"http://127.0.0.1:{run.port}" in text
        for label, username, password in SAMPLE_ACCOUNTS:
            assert re.search(rf"{re.escape(label)} +{re.escape(username)} +{re.escape(password)}$", text, re.MULTILINE)
        assert lines[-1].startswith(LAST)
        assert lines.index(next(line for line in lines if "http://" in line)) >= len(lines) - 14
        assert "示例数据已写入" not in text, "it was there already"
        assert run.ask() == 200
        assert run.end(signal.SIGINT) == 0
        assert "已停止" in run.lines[-1]


def test_the_terminal_stays_quiet_and_logs_lie_in_the_instance(tmp_path: Path) -> None:
    with running(tmp_path, "--no-sample") as run:
        run.wait_until_started()
        run.ask()
        assert run.end(signal.SIGTERM) == 0
        assert not [line for line in run.lines if "INFO" in line or "WARNING" in line]
    assert "Serving on" in (tmp_path / "logs" / "web.log").read_text(encoding="utf-8")
    assert "clock" in (tmp_path / "logs" / "clock.log").read_text(encoding="utf-8")
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_starting_again_keeps_the_data(tmp_path: Path) -> None:
    with running(tmp_path, "--no-sample") as run:
        run.wait_until_started()
        run.end(signal.SIGINT)
    account = ["create-user", "first", "--name", "首位", "--role", "admin", "--unit", "青山县", "--create-area"]
    made = subprocess.run(
        [sys.executable, "-m", "tracker.cli", *account],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    secret = (tmp_path / "secret_key").read_bytes()
    with running(tmp_path) as run:  # asks for sample data, but the database is in use
        text = "\n".join(run.wait_until_started())
        assert "示例" not in text
        run.end(signal.SIGINT)
    assert (tmp_path / "secret_key").read_bytes() == secret
    again = subprocess.run(made.args, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert "已被使用" in again.stderr


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="process descriptors are Linux's")
def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, "--no-sample") as run:
        run.wait_until_started()
        watched = [os.pidfd_open(pid) for pid in run.children()]
        assert len(watched) == 2
        run.process.kill()
        run.process.wait(timeout=PATIENCE)
        for descriptor in watched:
            ended, _, _ = select.select([descriptor], [], [], 20)
            os.close(descriptor)
            assert ended, "a child outlived its parent"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", run.port))


def test_a_child_that_ends_takes_all_with_it_and_its_last_words_are_shown(tmp_path: Path) -> None:
    with running(tmp_path, "--no-sample") as run:
        run.wait_until_started()
        os.kill(run.children()[0], signal.SIGKILL)
        assert run.process.stdout is not None
        told = run.process.stdout.read()
        assert run.process.wait(timeout=PATIENCE) == 1
    assert "网页服务意外退出" in told
    assert "web.log" in told
    assert "Serving on" in told


def test_a_taken_port_is_named_before_anything_is_written(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = _call(tmp_path, "--port", str(port))
    assert done.returncode == 1
    assert f"端口 {port} 已被占用" in done.stderr
    assert f"make run PORT={port + 1}" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--port", "0"], "端口应在 1 到 65535 之间"),
        (["--port", "70000"], "端口应在 1 到 65535 之间"),
        (["--host", "192.0.2.7"], "不是本机的地址"),
        (["--host", "no.such.host.invalid"], "无法识别"),
    ],
)
def test_what_cannot_be_listened_on_is_said(tmp_path: Path, options: list[str], sentence: str) -> None:
    done = _call(tmp_path, *options)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert list(tmp_path.iterdir()) == []


def _call(instance: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tracker.cli", "run", *options]
    return subprocess.run(
        command, cwd=ROOT, env=environment(instance), capture_output=True, text=True, check=False, timeout=PATIENCE
    )


def test_a_foreign_host_name_is_refused(tmp_path: Path) -> None:
    with running(tmp_path, "--no-sample") as run:
        run.wait_until_started()
        assert run.ask(host=f"localhost:{run.port}") == 200
        assert run.ask(host="evil.example") == 400


def test_served_everywhere_it_answers_by_the_names_it_tells(tmp_path: Path) -> None:
    with running(tmp_path, "--no-sample", "--host", "0.0.0.0") as run:
        text = "\n".join(run.wait_until_started())
        names = re.search(r"可用的主机名：(.+?)。", text)
        assert names is not None
        assert "127.0.0.1" in names[1]
        for name in names[1].split("、"):
            assert run.ask(host=f"{name}:{run.port}") == 200, name
        assert run.ask(host="evil.example") == 400
        assert "可信的网络" in text


def test_the_operators_own_settings_win(tmp_path: Path) -> None:
    settings = {"TRACKER_TRUSTED_HOSTS": "ledger.test", "TRACKER_MAIL_TRANSPORT": "off"}
    with running(tmp_path, "--no-sample", **settings) as run:
        text = "\n".join(run.wait_until_started())
        assert "邮件" not in text
        assert run.ask(host="ledger.test") == 200
        assert run.ask() == 400
