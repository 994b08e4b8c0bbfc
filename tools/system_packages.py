"""Install what pip cannot for the tests: a Chromium, a Chinese font and LibreOffice Writer, on Debian and as root only.

LibreOffice comes without screen and without Java (some 75 MB to fetch, about a quarter of a minute). Elsewhere nothing
happens: the tests that need what is missing are skipped and say so (with CI=true they fail). Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

OFFICE_NAMES = ("soffice", "libreoffice")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_PATTERNS = ("*CJK*", "*wqy*", "*SourceHan*", "*NotoSansSC*")


def find_chromium() -> str | None:
    """The path of a Chromium: the variable TRACKER_CHROMIUM, else the first on the path."""
    given = os.environ.get("TRACKER_CHROMIUM")
    return given or next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether some Chinese font is installed (without one every character is drawn as a box)."""
    if sys.platform == "darwin":
        return True
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(next(folder.rglob(pattern), None) for folder in folders if folder.is_dir() for pattern in FONT_PATTERNS)


def missing_packages() -> list[str]:
    """Debian's names of what is not there."""
    there = {
        "chromium": find_chromium(),
        "fonts-noto-cjk": has_chinese_font(),
        "libreoffice-writer-nogui": any(map(shutil.which, OFFICE_NAMES)),
    }
    return [name for name, found in there.items() if not found]


def install(packages: list[str]) -> bool:
    """Install Debian packages quietly; whether it worked."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]]
    for command in commands:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.stdout.write((done.stdout + done.stderr)[-1500:] + "\n")
            return False
    return True


def main() -> int:
    """Install what is missing where we may; always 0, since the tests say what they lack."""
    packages = missing_packages()
    if not packages:
        return 0
    names = "、".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.stdout.write(f"缺少 {names}，用到它们的测试将跳过；在 Debian 上以 root 执行 apt-get install 可以补齐。\n")
        return 0
    sys.stdout.write(f"安装测试所需的 {names}（约需一两分钟）…\n")
    sys.stdout.flush()
    if not install(packages):
        sys.stdout.write(f"没有装上 {names}，用到它们的测试将跳过。\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
