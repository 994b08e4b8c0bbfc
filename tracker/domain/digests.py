"""How a day's reminders are put into words: one message a person, grouped and ordered, each line with its link and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.reminders import NOTICE_KIND_LABELS, NoticeKind


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One reminder of a digest; ``link`` is a full address."""

    kind: NoticeKind
    title: str
    reason: str
    link: str


def digest_subject(lines: Sequence[DigestLine], product_name: str) -> str:
    """Return the subject: how many of what, the most urgent first."""
    parts = []
    for kind in NoticeKind:
        number = sum(line.kind is kind for line in lines)
        if number:
            parts.append(f"{NOTICE_KIND_LABELS[kind]} {number} 项")
    return f"【{product_name}】{'，'.join(parts)}"


def digest_text(name: str, lines: Sequence[DigestLine], product_name: str) -> str:
    """Return the text of a digest for the person called ``name``."""
    blocks = [f"{name}，您好："]
    for kind in NoticeKind:
        group = [line for line in lines if line.kind is kind]
        if not group:
            continue
        rows = [f"■ {NOTICE_KIND_LABELS[kind]}（{len(group)} 项）"]
        for number, line in enumerate(group, start=1):
            rows.append(f"{number}. {line.title}")
            if line.reason:
                rows.append(f"   {line.reason}")
            rows.append(f"   {line.link}")
        blocks.append("\n".join(rows))
    blocks.append(f"—— {product_name}\n本邮件由系统自动发出，每个工作日最多一封，请登录系统办理，不必回复。")
    return "\n\n".join(blocks) + "\n"
