"""A strict reader of RFC 5545: what it does not accept, calendar programs might not either."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LINE = re.compile(r'^([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"\r\n]*"|[^";:,\r\n]*))*):(.*)$')
TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME", "PRODID"})
NEEDED = frozenset({"UID", "DTSTAMP", "DTSTART", "SUMMARY"})
LONGEST = 75


@dataclass(frozen=True)
class ReadCalendar:
    """The calendar's own properties, and its events."""

    properties: dict[str, Any]
    events: list[dict[str, Any]]


def read_calendar(data: bytes) -> ReadCalendar:
    """Read one calendar; fails on anything the standard does not allow."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    raw = data.split(b"\r\n")[:-1]
    assert all(len(line) <= LONGEST for line in raw), "a line is longer than 75 octets"
    for line in raw:
        line.decode()  # no character is split
    lines = data.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    properties: dict[str, Any] = {}
    events: list[dict[str, Any]] = []
    into = properties
    for line in lines[1:-1]:
        if line == "BEGIN:VEVENT":
            assert into is properties, "an event within an event"
            into = {}
            events.append(into)
        elif line == "END:VEVENT":
            assert into is not properties
            assert into.keys() >= NEEDED, into
            into = properties
        else:
            name, value = _property(line)
            assert name not in into, f"{name} twice"
            into[name] = value
    assert into is properties, "an event does not end"
    assert properties.keys() >= {"VERSION", "PRODID"}
    return ReadCalendar(properties, events)


def _property(line: str) -> tuple[str, Any]:
    match = LINE.match(line)
    assert match, line
    name, parameters, value = match.groups()
    assert not any(ord(char) < 32 and char != "\t" for char in value)
    if "VALUE=DATE" in parameters.split(";"):
        return name, datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
    if name in ("DTSTAMP", "LAST-MODIFIED"):
        return name, datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if name == "SEQUENCE":
        return name, int(value)
    if name in TEXTS:
        assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), f"not escaped: {line}"
        return name, re.sub(r"\\(.)", lambda found: {"n": "\n", "N": "\n"}.get(found[1], found[1]), value)
    return name, value
