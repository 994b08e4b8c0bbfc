"""Write the locks from pyproject.toml: exact versions with the hashes of every file of each.

Neither file names an index, a host or a path, so that any mirror serves them. The versions already locked are
kept where they still fit; `--upgrade` takes the newest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "requirements-dev.lock"
OCR = ROOT / "requirements-ocr.lock"  # what recognises scans, alone: it has an environment of its own (`make ocr`)
HEADER = "# Written by `make lock` from pyproject.toml; install with `pip install --require-hashes -r {name}`.\n"
OPTIONS = [
    "--quiet",
    "--no-header",
    "--generate-hashes",
    "--strip-extras",
    "--allow-unsafe",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
    "--newline=lf",
    "--extra=postgres",
]


def clean_environment() -> dict[str, str]:
    """The environment without this machine's extra sources: their files would not have everyone's hashes."""
    dropped = {"PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"}
    return {**{key: value for key, value in os.environ.items() if key not in dropped}, "PIP_CONFIG_FILE": os.devnull}


def compile_lock(target: Path, *options: str) -> None:
    """Resolve pyproject.toml into ``target`` and put our own first line on it."""
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *options, "-o", target.name, "pyproject.toml"]
    subprocess.run(command, cwd=ROOT, env=clean_environment(), check=True)
    _sign(target)


def lock_extra(extra: str, target: Path, *options: str) -> None:
    """Resolve one extra of pyproject.toml alone, without what the product itself needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = "\n".join(project["optional-dependencies"][extra])
    quiet = [option for option in OPTIONS if not option.startswith("--extra=")]
    command = [sys.executable, "-m", "piptools", "compile", *quiet, *options, "--no-annotate", "-o", target.name, "-"]
    subprocess.run(command, cwd=ROOT, env=clean_environment(), check=True, input=wanted, text=True)
    _sign(target)


def _sign(target: Path) -> None:
    header = HEADER.format(name=target.name)
    target.write_text(header + target.read_text(encoding="utf-8").removeprefix(header), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write requirements.lock, then requirements-dev.lock and requirements-ocr.lock on the same versions; the exit code."""
    upgrade = ["--upgrade"] if "--upgrade" in arguments else []
    for target, options in (
        (RUNTIME, upgrade),
        (DEVELOPMENT, [*upgrade, "--extra=dev", f"--constraint={RUNTIME.name}"]),
    ):
        sys.stdout.write(f"{target.name} …\n")
        sys.stdout.flush()
        compile_lock(target, *options)
    sys.stdout.write(f"{OCR.name} …\n")
    lock_extra("ocr", OCR, *upgrade, f"--constraint={RUNTIME.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
