"""Clocks that run in processes of their own and, where told to, are killed at a stage as by kill -9 or a power cut."""

from __future__ import annotations

import os
import signal
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

import tracker.db.session as db_session
import tracker.jobs.handlers as handlers
import tracker.jobs.scheduler as scheduler
import tracker.jobs.sending as sending
from tests.support.processes import let_pass
from tracker.channels.smtp import SmtpChannel
from tracker.db.session import open_database
from tracker.jobs.handlers import plan_reminders
from tracker.jobs.timetable import Job
from tracker.runtime import Runtime
from tracker.settings import MailSettings, Settings
from tracker.storage import Storage

STAGES = {
    "plan": (handlers, "plan_reminders_batch"),
    "gather": (handlers, "gather_digests"),
    "claim": (sending, "claim_messages"),
    "hand": (sending, "hand_over"),
    "mark": (sending, "mark_sent"),
}


@dataclass(frozen=True)
class House:
    """What a process needs to open an installation; ``mail_port`` is that of the sink on this machine."""

    folder: str
    url: str
    moment: str  # where the clock stands, or "" for the real one, set off by what the file ``offset`` says
    mail_port: int = 0
    timeout: float = 5.0

    def open(self) -> Runtime:
        """The installation's runtime."""
        folder = Path(self.folder)
        mail = MailSettings(transport="off")
        if self.mail_port:
            sender = "督办台账 <ledger@qingxi.example>"
            mail = MailSettings("smtp", "127.0.0.1", self.mail_port, sender=sender, timeout=self.timeout)
        settings = Settings(instance_path=folder, database_url=self.url, secret_key="x" * 40, mail=mail)
        return Runtime(settings, open_database(self.url), Storage(settings.storage_path), self._clock(folder))

    def _clock(self, folder: Path) -> Callable[[], datetime]:
        if self.moment:
            at = datetime.fromisoformat(self.moment)
            return lambda: at
        return lambda: datetime.now(UTC) + timedelta(seconds=float((folder / "offset").read_text() or 0))

    def later(self, **by: float) -> House:
        """The same house at a later moment."""
        return replace(self, moment=(datetime.fromisoformat(self.moment) + timedelta(**by)).isoformat())


def one_round(house: House, fault: str = "") -> None:
    """Plan and send once. ``fault`` names where to die: a stage, and ``during`` (before its commit) or ``after`` it."""
    if fault:
        _arm(fault)
    runtime = house.open()
    plan_reminders(runtime)
    sending.send_messages(runtime)


def rounds(house: House, number: int, barrier: str, clocks: int) -> None:
    """Wait for the other clocks, then run rounds as fast as it goes."""
    runtime = house.open()
    Path(house.folder, f"{barrier}-{os.getpid()}").touch()
    deadline = time.monotonic() + 60
    while len(list(Path(house.folder).glob(f"{barrier}-*"))) < clocks:
        if time.monotonic() > deadline:
            raise SystemExit("the other clocks did not come")
        let_pass(0.005)
    for _ in range(number):
        plan_reminders(runtime)
        sending.send_messages(runtime)


def send_for_ever(house: House) -> None:
    """Send until killed."""
    runtime = house.open()
    while True:
        sending.send_messages(runtime)
        let_pass(0.01)


def frozen_clock(house: House, stage: str) -> None:
    """The clock's process, stopped as by SIGSTOP within the transaction of a stage, the first time it comes to it."""

    def freeze(_session: Session) -> None:
        undo()
        os.kill(os.getpid(), signal.SIGSTOP)

    undo = _strike(stage, freeze)
    whole_clock(house, silent=1.5)


def whole_clock(house: House, every: float = 0.25, beat: float = 0.5, silent: float = 90.0, log: str = "") -> None:
    """The clock's process as it is, only faster: remind and send a few times a second."""
    import logging

    if log:
        logging.basicConfig(level=logging.INFO, filename=log)
    scheduler.BEAT_SECONDS, scheduler.LOOK_FOR_LEADERSHIP_SECONDS, scheduler.SILENT_SECONDS = beat, 0.2, silent
    scheduler.TICK_SECONDS = 1
    db_session.IDLE_WRITER_SECONDS, db_session.LONGEST_WRITE_SECONDS = 2.0, 6.0
    scheduler.TIMETABLE = (
        Job("remind", every, "", plan_reminders),
        Job("send", every, "", sending.send_messages),
    )
    scheduler.run_scheduler(house.open())


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(fault: str) -> None:
    stage, _, when = fault.partition(".")
    if stage == "send":
        _arm_sending(when)
        return
    _strike(stage, _die if when == "during" else lambda session: event.listen(session, "after_commit", _die))


def _strike(stage: str, blow: Callable[[Session], Any]) -> Callable[[], None]:
    """Let ``blow`` fall within the transaction of a stage, once its work is done; gives what takes that back."""
    module, name = STAGES[stage]
    original = getattr(module, name)

    def struck(session: Session, *arguments: Any, **options: Any) -> Any:
        result = original(session, *arguments, **options)
        blow(session)
        return result

    setattr(module, name, struck)
    return lambda: setattr(module, name, original)


def _arm_sending(when: str) -> None:
    if when == "before":
        SmtpChannel.send = _die  # type: ignore[method-assign]
    elif when == "during":

        def half(server: smtplib.SMTP, message: bytes) -> None:
            server.docmd("DATA")
            server.send(message[: len(message) // 2])
            _die()

        smtplib.SMTP.data = half  # type: ignore[method-assign,assignment]
    else:
        original = SmtpChannel.send

        def send(channel: SmtpChannel, message: Any) -> None:
            original(channel, message)
            _die()

        SmtpChannel.send = send  # type: ignore[method-assign]
