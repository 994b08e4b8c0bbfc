"""The state of the house in the text format of Prometheus. Numbers only: no name, no address, no text of anybody's."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from tracker.domain.reminders import Channel
from tracker.services.health import Health, JobHealth
from tracker.settings import Settings

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Sample = tuple[str, float]


def may_read_metrics(settings: Settings, authorization: str, address: str | None) -> bool:
    """Say whether a request may read them: by the token, or from an address on the list; without either nobody."""
    token = settings.metrics_token
    if token and hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return True
    return bool(address) and _is_listed(str(address), settings.metrics_addresses)


def write_metrics(health: Health, *, now: datetime) -> str:
    """Return the metrics."""
    blocks = [
        _block("up", "gauge", "1 while the clock shows signs of life", [("", 0.0 if health.silent else 1.0)]),
        _block("clock_beat_age_seconds", "gauge", "age of the clock's last sign of life", _age(health.clock_at, now)),
        _block("clock_fence", "counter", "how often the clock's leader changed", [("", health.fence)]),
        _block("clock_held", "gauge", "1 while a leap of the system's clock waits", [("", float(bool(health.hold)))]),
        _block(
            "round_missed", "gauge", "1 while today's round of reminders is overdue", [("", float(health.round_missed))]
        ),
        _block(
            "job_last_end_seconds",
            "gauge",
            "when a job last came to its end",
            _jobs(health, lambda job: job.last_at.timestamp()),
        ),
        _block("job_failures", "gauge", "failures of a job in a row", _jobs(health, lambda job: job.failures)),
        _block("job_late", "gauge", "1 while a job's next run is overdue", _jobs(health, lambda job: float(job.late))),
        _block("messages_waiting", "gauge", "messages that wait to be sent", _channels(health.waiting)),
        _block("messages_failed", "gauge", "messages that were given up", _channels(health.failed)),
        _block(
            "message_oldest_seconds", "gauge", "age of the oldest message that waits", _age(health.oldest_waiting, now)
        ),
        _block("notices_not_gathered", "gauge", "reminders that are in no message yet", [("", health.not_gathered)]),
        _block(
            "channel_open",
            "gauge",
            "1 while a channel's circuit is open",
            [(f'channel="{channel.value}"', 1) for channel in health.open_circuits],
        ),
        _block("tasks_running", "gauge", "tasks under way", [("", health.running_tasks)]),
        _block("tasks_overdue", "gauge", "tasks under way past their deadline", [("", health.overdue_tasks)]),
    ]
    return "".join(blocks)


def _block(name: str, kind: str, help_: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP ledger_{name} {help_}", f"# TYPE ledger_{name} {kind}"]
    lines += [
        f"ledger_{name}{'{' + labels + '}' if labels else ''} {round(value, 3):.15g}" for labels, value in samples
    ]
    return "\n".join(lines) + "\n"


def _jobs(health: Health, value: Callable[[JobHealth], float]) -> list[Sample]:
    return [(f'job="{job.name}"', value(job)) for job in health.jobs]


def _channels(counts: Mapping[Channel, int]) -> list[Sample]:
    return [
        (f'channel="{channel.value}"', counts.get(channel, 0)) for channel in Channel if channel is not Channel.INBOX
    ]


def _age(moment: datetime | None, now: datetime) -> list[Sample]:
    return [] if moment is None else [("", max(0.0, (now - moment).total_seconds()))]


def _is_listed(address: str, listed: Sequence[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
        return any(found in ipaddress.ip_network(entry, strict=False) for entry in listed)
    except ValueError:
        return False
