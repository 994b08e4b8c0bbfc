"""Addresses that nobody was led to: whatever stands in them, the answer is a page, never a fault of the server."""

from __future__ import annotations

import pytest

from tests.support.factories import PASSWORD, make_county, make_report, make_task

PAGES: dict[str, tuple[str, ...]] = {
    "/work": ("show",),
    "/ledger/": ("q", "year", "unit", "focus", "sort", "at", "status", "area", "role", "columns"),
    "/ledger/export.xlsx": ("q", "year", "unit", "sort"),
    "/overview/": ("year",),
    "/inbox/": ("show", "before"),
    "/reports": ("year", "state", "q", "after"),
    "/reports/upload": ("unit",),
    "/reports/{report}": ("quote",),
    "/reports/{report}/review": ("edit", "split"),
    "/reports/{report}/links": ("task", "pick"),
    "/reconciliation": ("year", "after"),
    "/reconciliation/{unit}/2026": ("row",),
    "/audit/": ("q", "action", "person", "object", "id", "from", "to", "at"),
    "/audit/export.xlsx": ("q", "id", "from", "at"),
    "/users/": ("q", "unit", "role", "state", "at"),
    "/users/new": ("unit",),
    "/units/": ("q", "under", "missing", "closed", "at"),
    "/units/new": ("parent",),
    "/settings/calendar": ("year",),
}
NONSENSE = (
    "abc", "-1", "99999", "99999999999999999999", "9223372036854775808", "1e9", "²", "²²²²", "٣", "1,2", "²,²", "<1~²",
    ">1~99999999999999999999", "0001-01-01", "9999-12-31", "2025-13-45", "\x00", "%", "\"", "AND OR (", "\U0001f600\u202e", "长" * 3000,
)  # fmt: skip
READERS = {"audit": "auditor", "users": "admin", "units": "admin", "settings": "admin", "work": "officer"}


@pytest.fixture
def ids(runtime) -> dict[str, int]:
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        report = make_report(session, county.township, county.officer)
        make_task(session, county.township, report=report)
        return {"report": report.id, "unit": county.township.id}


@pytest.mark.parametrize("address", PAGES)
def test_nonsense_in_an_address_is_answered(visitor, ids, address):
    person = visitor()
    person.sign_in(READERS.get(address.split("/")[1], "supervisor"), PASSWORD)
    path = address.format(**ids)
    assert person.client.get(path).status_code == 200
    found = {
        (name, value): status
        for name in PAGES[address]
        for value in NONSENSE
        if (status := person.client.get(path, query_string={name: value}).status_code) not in (200, 302, 400, 404)
    }
    assert found == {}
