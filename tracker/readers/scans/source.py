"""What a scan may come as, and what must be installed to read it. Imports nothing heavy."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import tracker
from tracker.readers.base import UnreadableDocument

PDF_MAGIC = b"%PDF-"
JPEG_MAGIC = b"\xff\xd8\xff"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
ZIP_MAGIC = b"PK\x03\x04"
NEEDED = {
    "rapidocr": "rapidocr",
    "onnxruntime": "onnxruntime",
    "cv2": "opencv-python-headless",
    "pypdfium2": "pypdfium2",
    "lxml": "lxml",
}
"""Modules that reading scans needs, and the packages that bring them."""

NO_PICTURE = "OFD 文件里有图片缺失，无法识别。请用原来的程序重新导出，或上传它的 Word 原件（.docx）。"
HOW_TO_INSTALL = (
    "本服务器没有安装文字识别组件，扫描件和照片暂时读不了。请系统管理员在系统所在目录执行 make ocr 后重启"
    "（不能上网的，先在能上网的同类机器上按 requirements-ocr.lock 备齐离线安装包，见运维手册）；"
    "在此之前，请上传报告的 Word 原件（.docx）或带文字的 PDF。"
)
_CHECK = "import sys; from importlib.util import find_spec; print(*[m for m in sys.argv[1:] if find_spec(m) is None])"


def own_python() -> Path | None:
    """Return the Python of the environment that `make ocr` made; None where it was not made."""
    made = Path(tracker.__file__).resolve().parents[1] / ".venv-ocr" / "bin" / "python"
    return made if made.exists() else None


def missing_parts(python: Path | None = None) -> list[str]:
    """Return the packages that are missing for reading scans; none where everything is there.

    ``python`` is the interpreter of another environment than this one's.
    """
    if python is None:
        return [package for module, package in NEEDED.items() if find_spec(module) is None]
    try:
        done = subprocess.run(
            [python, "-I", "-c", _CHECK, *NEEDED], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return list(NEEDED.values())
    return [NEEDED[module] for module in done.stdout.split()]


def is_pdf(path: Path) -> bool:
    """Say whether a stored file is a PDF by its first bytes."""
    with path.open("rb") as file:
        return PDF_MAGIC in file.read(1024)


def can_be_scanned(path: Path) -> bool:
    """Say whether a file of pictures is of a kind that the recogniser opens: a PDF, an OFD, photographs (in a zip)."""
    with path.open("rb") as file:
        head = file.read(1024)
    return PDF_MAGIC in head or head.startswith((JPEG_MAGIC, PNG_MAGIC, ZIP_MAGIC))


class Counts(Protocol):
    """Counts the pictures of a file, as the worker does."""

    def count(self, path: Path) -> int:
        """Return how many there are."""


def picture_index(worker: Counts, path: Path, pages: Sequence[int], at: int) -> int:
    """Return the recogniser's index of the ``at``-th of the ``pages`` of a file that are pictures.

    Raises UnreadableDocument for an OFD whose pictures are not one a page: no one can say then which is which.
    """
    if not is_zip(path):
        return pages[at] - 1
    if worker.count(path) != len(pages):
        raise UnreadableDocument("damaged", NO_PICTURE)
    return at


def is_zip(path: Path) -> bool:
    """Say whether a stored file is a zip; of the files that reach the recogniser OFD is, and several photographs."""
    with path.open("rb") as file:
        return file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
