"""What a scan may come as, and what must be installed to read it. Imports nothing heavy."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

PDF_MAGIC = b"%PDF-"
JPEG_MAGIC = b"\xff\xd8\xff"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
NEEDED = {
    "rapidocr": "rapidocr",
    "onnxruntime": "onnxruntime",
    "cv2": "opencv-python-headless",
    "pypdfium2": "pypdfium2",
}
"""Modules that reading scans needs, and the packages that bring them."""

HOW_TO_INSTALL = (
    "本服务器没有安装文字识别组件，扫描件和照片暂时读不了。请系统管理员在服务器上执行 "
    ".venv/bin/pip install --require-hashes -r requirements-ocr.lock 后重启"
    "（不能上网的，先在能上网的同类机器上用 pip download 备齐离线安装包，再加 --no-index --find-links 目录 安装）；"
    "在此之前，请上传报告的 Word 原件（.docx）或带文字的 PDF。"
)


def missing_parts() -> list[str]:
    """Return the packages that are missing for reading scans; none where everything is there."""
    return [package for module, package in NEEDED.items() if find_spec(module) is None]


def is_pdf(path: Path) -> bool:
    """Say whether a stored file is a PDF by its first bytes."""
    with path.open("rb") as file:
        return PDF_MAGIC in file.read(1024)


def is_picture(path: Path) -> bool:
    """Say whether a stored file is a photograph or a scanned picture (JPEG or PNG)."""
    with path.open("rb") as file:
        return file.read(8).startswith((JPEG_MAGIC, PNG_MAGIC))
