"""What the clock does: thin, idempotent, one small transaction at a time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from tracker.db.models import RequestReceipt, SignInAttempt, WebSession
from tracker.domain.calendar import LOCAL_ZONE
from tracker.runtime import Runtime
from tracker.services.beats import is_round_noted, note_round
from tracker.services.channels import channels_in_use
from tracker.services.holds import open_hold
from tracker.services.outbox import gather_digests
from tracker.services.reminders import RoundResult, plan_reminders_batch
from tracker.services.unused_channels import drop_unused

RECEIPTS_KEPT = timedelta(days=7)
ATTEMPTS_KEPT = timedelta(days=1)
MOST_NAMED = 5


class NotAllPlanned(Exception):
    """Some reminders could not be worked out; all others were."""


def plan_reminders(runtime: Runtime) -> str:
    """Plan what is due today, batch by batch, gather the day's digests, and note that the day's round was held."""
    with runtime.database.reading() as session:
        if open_hold(session) is not None:
            return "系统时间待确认，暂停提醒"
        channels = tuple(channels_in_use(session, runtime.settings))
        held = is_round_noted(session, runtime.today())
    planned = _plan_all(runtime)
    gathered = 0
    if channels:
        with runtime.database.writing.begin() as session:
            gathered = gather_digests(session, now=runtime.now(), channels=channels)
    outcome = f"到点任务 {planned.alarms} 项，新增提醒 {planned.notices} 条，并入邮件 {gathered} 条"
    if not held:
        with runtime.database.writing.begin() as session:
            drop_unused(session, channels, now=runtime.now())
            note_round(session, runtime.today(), outcome, now=runtime.now())
    if planned.failed:
        numbers = "、".join(str(task_id) for task_id in sorted({key[0] for key in planned.failed})[:MOST_NAMED])
        raise NotAllPlanned(f"{len(planned.failed)} 项提醒没有生成（任务 {numbers}），其余照常。{outcome}")
    return outcome


def _plan_all(runtime: Runtime) -> RoundResult:
    """Plan batch by batch; what cannot be worked out is left alone until the next round."""
    whole = RoundResult(0, 0)
    while True:
        with runtime.database.writing.begin() as session:
            batch = plan_reminders_batch(session, now=runtime.now(), leaving=whole.failed)
        if batch.alarms == 0:
            return whole
        whole = RoundResult(whole.alarms + batch.alarms, whole.notices + batch.notices, whole.failed + batch.failed)


def clean_up(runtime: Runtime) -> str:
    """Delete browser sessions, receipts and failed sign-ins that are past their time."""
    now, settings = runtime.now(), runtime.settings
    with runtime.database.writing.begin() as session:
        gone = session.scalars(
            delete(WebSession)
            .where(
                (WebSession.last_seen_at < now - timedelta(minutes=settings.session_idle_minutes))
                | (WebSession.created_at < now - timedelta(hours=settings.session_absolute_hours))
            )
            .returning(WebSession.id)
        ).all()
        session.execute(delete(RequestReceipt).where(RequestReceipt.created_at < now - RECEIPTS_KEPT))
        session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPTS_KEPT))
    return f"清理过期登录 {len(gone)} 个"


def is_after(runtime: Runtime, hour: int, minute: int) -> bool:
    """Say whether the local time of day has reached ``hour``:``minute``."""
    local = runtime.now().astimezone(LOCAL_ZONE)
    return (local.hour, local.minute) >= (hour, minute)
