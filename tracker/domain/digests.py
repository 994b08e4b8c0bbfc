"""How a day's reminders are put into words: one message a person, grouped and ordered, each line with its link and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TypeVar

from tracker.domain.reminders import NOTICE_KIND_LABELS, NoticeKind, track_of

FOOT = "本邮件由系统自动发出，每个工作日最多一封，请登录系统办理，不必回复。"
COLOURS = {NoticeKind.OVERDUE: "#b42318", NoticeKind.DUE_TODAY: "#8a5a00", NoticeKind.DUE_SOON: "#8a5a00"}


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One reminder of a digest; ``link`` is a full address, ``due_on`` the task's deadline.

    ``made_up``: its day passed while the system stood still (补发).
    """

    kind: NoticeKind
    title: str
    reason: str
    link: str
    due_on: date | None = None
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class Reminded:
    """What decides between two reminders of one task in the same digest: the later step speaks for its track."""

    id: int
    task_id: int
    rule: str
    day: date


Line = TypeVar("Line", bound=DigestLine)


def superseded(reminders: Iterable[Reminded]) -> frozenset[int]:
    """Return the ids of reminders for whose track there is a later step among ``reminders``."""
    newest: dict[tuple[int, str], Reminded] = {}
    older = set()
    for reminder in reminders:
        track = track_of(reminder.rule)
        if track is None:
            continue
        known = newest.get((reminder.task_id, track))
        if known is not None and (known.day, known.id) >= (reminder.day, reminder.id):
            older.add(reminder.id)
            continue
        if known is not None:
            older.add(known.id)
        newest[reminder.task_id, track] = reminder
    return frozenset(older)


def grouped(lines: Sequence[Line]) -> list[tuple[NoticeKind, list[Line]]]:
    """Return the lines by kind in the order they are read, the nearest deadline first."""
    ordered = sorted(lines, key=lambda line: (line.due_on is None, line.due_on or date.max))
    found = [(kind, [line for line in ordered if line.kind is kind]) for kind in NoticeKind]
    return [(kind, group) for kind, group in found if group]


def digest_subject(lines: Sequence[DigestLine], product_name: str) -> str:
    """Return the subject: how many of what, the most urgent first."""
    parts = [f"{NOTICE_KIND_LABELS[kind]} {len(group)} 项" for kind, group in grouped(lines)]
    made_up = "（补发）" if any(line.made_up for line in lines) else ""
    return f"【{product_name}】{'，'.join(parts)}{made_up}"


def digest_text(name: str, lines: Sequence[DigestLine], product_name: str) -> str:
    """Return the text of a digest for the person called ``name``."""
    blocks = [f"{name}，您好："]
    for kind, group in grouped(lines):
        rows = [f"■ {NOTICE_KIND_LABELS[kind]}（{len(group)} 项）"]
        for number, line in enumerate(group, start=1):
            rows.append(f"{number}. {line.title}")
            if line.reason:
                rows.append(f"   {line.reason}")
            rows.append(f"   {line.link}")
        blocks.append("\n".join(rows))
    blocks.append(f"—— {product_name}\n{FOOT}")
    return "\n\n".join(blocks) + "\n"


def digest_html(name: str, lines: Sequence[DigestLine], product_name: str) -> str:
    """Return the page of a digest: the same lines; no picture, nothing loaded from elsewhere."""
    body = "".join(_html_group(kind, group) for kind, group in grouped(lines))
    font = "font-family:'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(product_name)}</title></head>'
        f'<body style="margin:0;background:#f5f6f8;{font};font-size:15px;line-height:1.6;color:#1f2328">'
        f'<div style="max-width:640px;margin:0 auto;padding:20px 16px"><p style="margin:0 0 12px">{escape(name)}，您好：</p>'
        f'{body}<p style="margin:20px 0 0;color:#5b636d;font-size:13px">—— {escape(product_name)}<br>{FOOT}</p>'
        "</div></body></html>"
    )


def _html_group(kind: NoticeKind, group: Sequence[DigestLine]) -> str:
    colour = COLOURS.get(kind, "#1f2328")
    rows = "".join(
        '<li style="margin:0 0 10px">'
        f'<a href="{escape(line.link)}" style="color:#1d5fa8">{escape(line.title)}</a>'
        f'<br><span style="color:#5b636d;font-size:13px">{escape(line.reason)}</span></li>'
        for line in group
    )
    return (
        '<div style="background:#fff;border:1px solid #dfe3e8;border-radius:6px;padding:12px 16px;margin:0 0 12px">'
        f'<h2 style="margin:0 0 8px;font-size:15px;color:{colour}">{NOTICE_KIND_LABELS[kind]}（{len(group)} 项）</h2>'
        f'<ol style="margin:0;padding-left:22px">{rows}</ol></div>'
    )
