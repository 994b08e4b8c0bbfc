"""Which files this server reads, what is lacking for the others, the limits in force, and a trial of the readers."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.errors import Forbidden
from tracker.domain.permissions import Actor
from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.office import CONVERTED, Office, find_office
from tracker.readers.sandbox import ChildFailed, read_and_extract_in_child, run_in_child
from tracker.readers.scans.source import missing_parts
from tracker.readers.self_test import Sample, samples
from tracker.readers.sniffing import IMAGES, PHOTOS
from tracker.services.audit import record
from tracker.services.intake import reading_limits
from tracker.services.rules import may_change_rules
from tracker.settings import Settings

log = logging.getLogger(__name__)

DESCRIBE = "tracker.readers.facilities:describe"
TRIAL_SECONDS = 10.0
TRIAL_OFFICE_SECONDS = 20.0
LEGACY = "application/msword"
RECOGNISER = "文字识别（OCR）"

# What units send, in the order of the page; kinds beyond these are shown where a reader takes them.
SENT = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    LEGACY,
    "application/pdf",
    "application/ofd",
    "text/plain",
    "text/html",
    "multipart/related",
    "text/rtf",
    "image/jpeg",
    "image/png",
    PHOTOS,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what it is called, its suffixes, and the readers that take it (none: it is not read here)."""

    media_type: str
    name: str
    suffixes: tuple[str, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Helper:
    """A program beside the readers: whether it was found, what that means, and how to get it."""

    name: str
    found: bool
    meaning: str
    advice: str


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit in force and the variable that sets it."""

    label: str
    value: str
    variable: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of reading a sample: ``words`` says why not; milliseconds with the start of its process."""

    name: str
    passed: bool
    milliseconds: int
    words: str = ""


def kinds_of_files() -> list[Kind] | None:
    """Return the kinds that units send and all others that a reader takes; None where the readers could not be asked."""
    try:
        rows: list[list[Any]] = run_in_child(DESCRIBE, [], Limits(seconds=TRIAL_SECONDS))
    except ChildFailed:
        log.exception("the readers could not be asked what they take")
        return None
    kinds = {row[0]: Kind(row[0], row[1], tuple(row[2]), tuple(row[3])) for row in rows}
    first = [kinds.pop(media_type) for media_type in SENT if media_type in kinds]
    return first + [kind for kind in kinds.values() if kind.readers]


def helpers_of(settings: Settings, kinds: Sequence[Kind]) -> list[Helper]:
    """Return the programs that some kinds of files need besides."""
    legacy = any(kind.readers for kind in kinds if kind.media_type == LEGACY)
    office = find_office(settings.office, settings.office_seconds) is not None
    recogniser = not missing_parts(settings.ocr_python)
    return [
        Helper(
            "LibreOffice",
            office,
            _office_words(found=office, legacy=legacy),
            "安装系统软件包 libreoffice-writer-nogui（约 300 MB，离线时从安装光盘或内网软件源），重启网页服务后生效。",
        ),
        Helper(
            RECOGNISER,
            recogniser,
            "扫描件和照片可以识别成文字。" if recogniser else "扫描件和照片读不了，上传时会提示改用 Word 原件。",
            "在系统所在目录执行 make ocr 后重启；不能上网的，先按 requirements-ocr.lock 备齐离线安装包，办法见运行与维护手册。",
        ),
    ]


def read_here(kinds: Sequence[Kind], helpers: Sequence[Helper]) -> list[Kind]:
    """Return the kinds as they are read on this server: the reader of pictures only hands them to the recogniser."""
    recogniser = any(helper.found for helper in helpers if helper.name == RECOGNISER)
    return [
        kind if recogniser or kind.media_type not in {*IMAGES, PHOTOS} else replace(kind, readers=()) for kind in kinds
    ]


def _office_words(*, found: bool, legacy: bool) -> str:
    if not legacy:
        return "旧版 .doc、.wps 读不了，请各单位在 Word 或 WPS 中另存为 .docx。"
    return "旧版 .doc、.wps 借它转换，自动编号齐全。" if found else "旧版 .doc、.wps 只能读出文字，缺少自动编号。"


def limits_of(settings: Settings) -> list[LimitLine]:
    """Return the limits in force, which the operator sets."""
    return [
        LimitLine("单个文件", f"{settings.upload_limit_mb} MB", "TRACKER_UPLOAD_LIMIT_MB"),
        LimitLine(".docx 等解压后", f"{settings.unpacked_limit_mb} MB", "TRACKER_UNPACKED_LIMIT_MB"),
        LimitLine(".docx、.ofd 解压后与原来之比", f"{settings.unpacked_ratio} 倍", "TRACKER_UNPACKED_RATIO"),
        LimitLine(".docx、.ofd 内含部件", f"{settings.member_limit} 个", "TRACKER_MEMBER_LIMIT"),
        LimitLine("内容嵌套", f"{settings.nesting_limit} 层", "TRACKER_NESTING_LIMIT"),
        LimitLine("PDF、OFD 的页数", f"{settings.page_limit} 页", "TRACKER_PAGE_LIMIT"),
        LimitLine("用 LibreOffice 转换一份文件", f"{settings.office_seconds:g} 秒", "TRACKER_OFFICE_SECONDS"),
        LimitLine("逐页识别的页数", f"{settings.ocr_pages} 页", "TRACKER_OCR_PAGES"),
        LimitLine("识别一页的时间", f"{settings.ocr_page_seconds:g} 秒", "TRACKER_OCR_PAGE_SECONDS"),
        LimitLine("识别文字的内存", f"{settings.ocr_memory_mb} MB", "TRACKER_OCR_MEMORY_MB"),
        LimitLine("读一份文件的时间", f"{settings.reading_seconds:g} 秒", "TRACKER_READING_SECONDS"),
        LimitLine("读一份文件的内存", f"{settings.reading_memory_mb} MB", "TRACKER_READING_MEMORY_MB"),
        LimitLine("批量上传的文件", f"{settings.batch_files} 个", "TRACKER_BATCH_FILES"),
        LimitLine("批量上传合计", f"{settings.batch_limit_mb} MB", "TRACKER_BATCH_LIMIT_MB"),
        LimitLine(
            "批量上传的压缩包解开后", f"{settings.batch_unpacked_limit_mb} MB", "TRACKER_BATCH_UNPACKED_LIMIT_MB"
        ),
    ]


def try_readers(settings: Settings, kinds: Sequence[Kind]) -> list[Trial]:
    """Read the sample of each kind that is read here as an upload would be, one after the other.

    Where LibreOffice is installed it must convert its kinds too.
    """
    limits = replace(reading_limits(settings), seconds=min(settings.reading_seconds, TRIAL_SECONDS))
    built_in = samples()
    office = find_office(settings.office, min(settings.office_seconds, TRIAL_OFFICE_SECONDS))
    with tempfile.TemporaryDirectory() as folder:
        trials = []
        for kind in kinds:
            if kind.readers and kind.media_type in built_in:
                sample = built_in[kind.media_type]
                path = Path(folder) / "sample"
                path.write_bytes(sample.content)
                trials.append(_try(kind, path, sample, limits, office))
        return trials


def _try(kind: Kind, path: Path, sample: Sample, limits: Limits, office: Office | None) -> Trial:
    began = time.perf_counter()
    reader = text = refusal = ""
    try:
        data = read_and_extract_in_child(path, sample.name, limits, office)
        reader, text = str(data["reader"]), str(data["text"])
    except UnreadableDocument as error:
        refusal = error.message
    spent = round((time.perf_counter() - began) * 1000)
    if sample.words not in text:
        return Trial(kind.name, False, spent, refusal or "读出的文字与样本不同。")
    if office is not None and kind.media_type in CONVERTED and reader != "office":
        return Trial(kind.name, False, spent, "文字能读出，但 LibreOffice 没有转换成功，自动编号会缺失。")
    return Trial(kind.name, True, spent)


def note_trial(session: Session, actor: Actor, trials: Sequence[Trial], *, now: datetime) -> None:
    """Leave the audit line of a trial. Raises Forbidden for who is no administrator at the top."""
    if not may_change_rules(actor):
        raise Forbidden
    failed = [trial.name for trial in trials if not trial.passed]
    summary = f"自检文件读取：{len(trials)} 种" + (f"，未通过：{'、'.join(failed)}" if failed else "，全部通过")
    record(session, actor, "reader.test", "reader", None, unit_path=actor.scope_path, summary=summary, now=now)
