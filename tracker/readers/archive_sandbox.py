"""Zips of several reports, opened in child processes like every other untrusted file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tracker.readers.archives import Member
from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.sandbox import ChildFailed, run_in_child

_TASKS = "tracker.readers.archives"
_FAILED = {
    "timeout": "打开压缩包超过规定时间，已停止。请分成几批上传，或直接选择文件夹。",
    "memory": "打开压缩包所需内存超过上限，已停止。请分成几批上传，或直接选择文件夹。",
}
_UNEXPECTED = "打开压缩包时出现意外，已停止。请稍后重试；仍不成功时请直接选择文件夹上传。"


def list_archive_in_child(path: Path, most: int, limits: Limits) -> list[Member]:
    """List the files of a zip in a child, at most ``most``. Raises UnreadableDocument."""
    rows = _run("list_task", [str(path.resolve()), asdict(limits), most], limits)
    return [Member(*row) for row in rows]


def read_member_in_child(path: Path, number: int, limits: Limits) -> bytes:
    """Take the member with this number out of a zip in a child. Raises UnreadableDocument."""
    return base64.b64decode(_run("read_task", [str(path.resolve()), number, asdict(limits)], limits))


def _run(task: str, args: Sequence[Any], limits: Limits) -> Any:
    try:
        return run_in_child(f"{_TASKS}:{task}", args, limits)
    except ChildFailed as error:
        if error.kind == UnreadableDocument.__name__:
            raise UnreadableDocument(error.code, error.message) from error
        raise UnreadableDocument(error.code, _FAILED.get(error.code, _UNEXPECTED)) from error
