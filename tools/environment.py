"""Make `.venv` from the lock: run by make with whatever Python 3.11+ the machine has, so standard library only.

    python tools/environment.py runtime        what `make run` needs
    python tools/environment.py development    that, and what the tests and checks need

Nothing is done when the stamp in `.venv` says that this very lock was already installed. uv is used where it is
found; pip does the same work where it is not.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
LOCKS = {"runtime": ROOT / "requirements.lock", "development": ROOT / "requirements-dev.lock"}
STEPS = 4

# Python and shell at once: a plain "#!" line breaks where the path holds a space or is too long for the kernel.
LAUNCHER = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from tracker.cli import main

sys.exit(main())
"""


class InstallError(Exception):
    """The environment could not be made; the text says in Chinese what to do."""


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def step(number: int, text: str) -> None:
    """Announce one of the steps of a first start."""
    say(f"[{number}/{STEPS}] {text}")


def fingerprint(kind: str) -> str:
    """What the stamp holds: the lock, this script, and where the environment stands (its scripts name that path)."""
    digest = hashlib.sha256(LOCKS[kind].read_bytes())
    digest.update(Path(__file__).read_bytes())
    digest.update(str(VENV).encode())
    return digest.hexdigest()


def stamp(kind: str) -> Path:
    """The file that remembers which lock of this kind was installed last."""
    return VENV / f".installed-{kind}"


def is_ready(kind: str) -> bool:
    """Whether the environment already holds exactly this lock."""
    try:
        return stamp(kind).read_text(encoding="ascii") == fingerprint(kind) and VENV_PYTHON.exists()
    except OSError:
        return False


def python_works() -> bool:
    """Whether `.venv` has a Python that starts and is new enough (a moved or half-made one is made again)."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([VENV_PYTHON, "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """Create `.venv`; on Debian without python3-venv, fetch that package when we may."""
    if python_works():
        return
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"      本机的 Python 不带 venv，安装 {package} …")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, capture_output=True, check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", package], env=quiet, capture_output=True, check=False)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        detail = (done.stdout + done.stderr).strip()
        raise InstallError(f"{detail}\n\n不能建立虚拟环境。请安装 {package}（或 uv）后再执行一次。")


def count_pins(lock: Path) -> int:
    """How many packages a lock names."""
    return sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line and line[0].isalnum())


def install(kind: str) -> None:
    """Install the lock with uv or pip, showing a calm progress line; raise InstallError with the log's end."""
    lock = LOCKS[kind]
    if (uv := shutil.which("uv")) and _quietly(
        [uv, "pip", "install", "-q", "--python", str(VENV_PYTHON), *_options(lock)]
    ):
        return
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    progress = Progress(count_pins(lock))
    if _run([*command, "--disable-pip-version-check", *_options(lock)], progress.read_line) != 0:
        raise InstallError(
            f"{progress.tail()}\n\n依赖没有装完。请确认本机能访问 Python 软件源（可用环境变量 PIP_INDEX_URL 指定内网镜像），"
            f"再执行一次；完整记录见 {LOG.relative_to(ROOT)}。"
        )
    progress.finish()


def _options(lock: Path) -> list[str]:
    # The lock is complete. Resolved again, an extra (coverage[toml]) would draw a release newer than the locked one.
    return ["--require-hashes", "--no-deps", "-r", str(lock)]


def _quietly(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(command: list[str], on_line: Callable[[str], None]) -> int:
    with LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
        for line in _lines(process):
            log.write(line)
            on_line(line.strip())
        return process.wait()


def _lines(process: subprocess.Popen[str]) -> Iterator[str]:
    if process.stdout is not None:
        yield from process.stdout


class Progress:
    """Turns pip's lines into one line that counts: rewritten in a terminal, a line each quarter elsewhere."""

    def __init__(self, total: int) -> None:
        self._total = max(total, 1)
        self._seen = 0
        self._quarter = 0
        self._terminal = sys.stdout.isatty()
        self._last: deque[str] = deque(maxlen=15)

    def read_line(self, line: str) -> None:
        """Take in one line of pip's output."""
        if line:
            self._last.append(line)
        if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied: ")):
            self._seen = min(self._seen + 1, self._total)
            self._show(f"下载 {self._seen}/{self._total}")
        elif line.startswith("Building wheel for ") and "finished" not in line:
            self._show(f"编译 {line.split()[3]}", always=True)
        elif line.startswith("Installing collected packages"):
            self._show(f"写入 {self._total} 个软件包", always=True)

    def tail(self) -> str:
        """The last lines, for an error message."""
        return "\n".join(self._last)

    def finish(self) -> None:
        """End the rewritten line."""
        if self._terminal:
            sys.stdout.write("\r\x1b[K")

    def _show(self, text: str, *, always: bool = False) -> None:
        if self._terminal:
            sys.stdout.write(f"\r\x1b[K      {text} …")
            sys.stdout.flush()
            return
        quarter = self._seen * 4 // self._total
        if always or quarter > self._quarter:
            self._quarter = quarter
            say(f"      {text} …")


def install_project() -> None:
    """Put the project itself on the environment's path, with its `tracker` command; needs no build tool."""
    purelib = subprocess.run(
        [str(VENV_PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (Path(purelib) / "tracker_project.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = VENV / "bin" / "tracker"
    command.write_text(LAUNCHER.format(python=VENV_PYTHON), encoding="utf-8")
    command.chmod(0o755)


def prepare(kind: str) -> None:
    """Bring `.venv` to the lock of this kind, if it is not there yet."""
    if is_ready(kind):
        return
    lock = LOCKS[kind]
    step(1, "建立虚拟环境 .venv …")
    make_venv()
    step(2, f"安装依赖（{count_pins(lock)} 个软件包，首次约需一两分钟）…")
    install(kind)
    step(3, "安装 tracker 命令 …")
    install_project()
    for name in LOCKS if kind == "development" else [kind]:  # the development lock holds the runtime one
        stamp(name).write_text(fingerprint(name), encoding="ascii")
    step(4, "准备数据并启动 …" if kind == "runtime" else "环境就绪。")


def main(arguments: list[str]) -> int:
    """Entry point; the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036  (make may be told to use any Python)
        say(f"需要 Python 3.11 或更新的版本，当前是 {sys.version.split()[0]}。")
        return 1
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        say("用法：python tools/environment.py runtime|development")
        return 2
    try:
        prepare(arguments[0])
    except InstallError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\n已中断，再执行一次会接着装。")
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
