"""Make `.venv-ocr` from requirements-ocr.lock: what recognises scans and photographs, apart from everything else.

    python tools/ocr_environment.py            install it (`make ocr`)
    python tools/ocr_environment.py --tests    the same before the tests, which are skipped by name where it fails

The product finds the folder by itself after a restart. Without a connection: set PIP_NO_INDEX=1 and PIP_FIND_LINKS to a
folder filled elsewhere by `pip download --require-hashes -r requirements-ocr.lock`. Standard library only.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environment

KIND = "ocr"
VENV = environment.ROOT / ".venv-ocr"


def use_own_folder() -> None:
    """Point the tools of `environment` at the folder and the lock of the recogniser."""
    environment.VENV, environment.VENV_PYTHON = VENV, VENV / "bin" / "python"
    environment.LOG = VENV / "install.log"
    environment.LOCKS = {KIND: environment.ROOT / "requirements-ocr.lock"}


def prepare() -> None:
    """Install the lock, where that was not done yet. Raises InstallError."""
    if environment.is_ready(KIND):
        return
    environment.say(f"安装文字识别组件到 {VENV.name}（约 120 MB，半分钟左右）…")
    environment.make_venv()
    environment.install(KIND)
    environment.stamp(KIND).write_text(environment.fingerprint(KIND), encoding="ascii")


def main(arguments: list[str]) -> int:
    """Entry point; the exit code."""
    use_own_folder()
    try:
        prepare()
    except environment.InstallError as error:
        if "--tests" in arguments:
            environment.say("没有装上文字识别组件，识别扫描件的测试将跳过。")
            return 0
        environment.say(f"\n{error}")
        return 1
    if "--tests" not in arguments:
        environment.say("文字识别组件已就绪，重启系统后即可读取扫描件和照片。")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
