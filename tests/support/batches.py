"""Makers of batches: reports of several units, zips of them, and a batch that is sent and worked through."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from tests.support.factories import actor
from tracker.db.models import User
from tracker.services.batch_runs import BatchParts, process_batch
from tracker.services.batches import SentFile, receive_batch

BODY = """{title}
一、主要工作
全年办理行政处罚案件10件，组织宣讲12场。
二、存在的问题
一是执法力量薄弱；二是普法形式单一。
三、{plan}年工作计划
（一）充实执法队伍。6月底前新增持证执法人员2名。
（二）创新普法形式。年内开展普法活动不少于4场。
"""


def report_text(unit: str, year: int = 2025) -> str:
    """A short report signed by ``unit``; without one nobody has signed it."""
    title = f"{unit}\n{year}年法治政府建设工作报告" if unit else f"{year}年法治政府建设工作报告"
    return BODY.format(title=title, plan=year + 1)


def zip_of(members: Mapping[str, str | bytes]) -> bytes:
    """A zip with these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def renamed(archive: bytes, before: bytes, after: bytes) -> bytes:
    """A zip whose member has other bytes for a name of the same length, as programs that know no UTF-8 write them."""
    assert len(before) == len(after)
    return archive.replace(before, after)


def send(
    parts: BatchParts, user: User, files: Mapping[str, str | bytes], *, year: int | None = None, most: int = 300
) -> int:
    """Store the files and queue them as a batch; gives its id."""
    sent = []
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        sent.append(SentFile(name, parts.intake.storage.save(io.BytesIO(data), limit=10**9)))
    with parts.intake.database.writing.begin() as session:
        return receive_batch(session, actor(user), sent, report_year=year, most=most, now=parts.intake.clock()).id


def taken_in(parts: BatchParts, user: User, files: Mapping[str, str | bytes], **how: Any) -> int:
    """Send a batch and work through it."""
    batch_id = send(parts, user, files, **how)
    process_batch(parts, batch_id)
    return batch_id
