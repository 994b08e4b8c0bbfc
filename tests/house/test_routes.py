"""Every route asks who you are, and what you may do, before it does anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.routing import Rule

from tests.support.factories import PASSWORD, make_unit, make_user
from tracker.db.models import UnitKind
from tracker.domain.permissions import Role
from tracker.web.access import rule_of

if TYPE_CHECKING:
    from flask import Flask

# What anybody may see. Think twice before adding a line.
PUBLIC = {
    "static",
    "bootstrap.static",
    "auth.sign_in",
    "home.health",
    "health.metrics",  # by token or address, see tests/web/test_health.py
    "own.feed",
}
# Made-up values for the variable parts of paths.
EXAMPLES: dict[str, Any] = {
    "IntegerConverter": 999_999,
    "IdConverter": 999_999,
    "UnicodeConverter": "nothing",
    "PathConverter": "nothing/here",
    "AnyConverter": None,
    "FloatConverter": 1.5,
    "UUIDConverter": "00000000-0000-4000-8000-000000000000",
}


def guarded_calls(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and path of everything that is not public, with made-up ids."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, path_of(app, rule)


def path_of(app: Flask, rule: Rule) -> str:
    """A path that the rule matches."""
    values = {}
    for name, converter in rule._converters.items():
        example = EXAMPLES.get(type(converter).__name__, "nothing")
        values[name] = example if example is not None else sorted(converter.items)[0]
    with app.test_request_context(base_url="http://localhost"):
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def test_exactly_the_listed_routes_are_public(app):
    public = {rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint).public}
    assert public <= PUBLIC


def test_every_other_route_sends_a_stranger_to_the_sign_in_page(app):
    calls = list(guarded_calls(app))
    assert len(calls) >= 4
    for endpoint, method, path in calls:
        response = app.test_client().open(path, method=method)
        location = response.headers.get("Location", "")
        assert response.status_code == 401 or (response.status_code == 302 and location.startswith("/login")), (
            endpoint,
            method,
            response.status_code,
        )


def test_a_cookie_that_opens_nothing_any_more_gets_401(app):
    for endpoint, method, path in guarded_calls(app):
        client = app.test_client()
        client.set_cookie("ledger_session", "x" * 43, domain="localhost")
        assert client.open(path, method=method).status_code == 401, (endpoint, method)


@pytest.fixture
def signed_in(app, runtime, visitor):
    """Somebody of each role, signed in: ``signed_in[Role.OFFICER].open(path)``."""
    with runtime.database.writing.begin() as session:
        area = make_unit(session, "清溪县", kind=UnitKind.AREA)
        unit = make_unit(session, "白石镇", parent=area)
        for role in Role:
            make_user(session, area if role in {Role.SUPERVISOR, Role.ADMIN} else unit, role, username=role.value)
    people = {role: visitor() for role in Role}
    for role, person in people.items():
        assert person.sign_in(role.value, PASSWORD, follow=False).status_code == 303, role
    return people


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_403_exactly_where_the_rule_leaves_it_out(app, signed_in, role):
    leaving = {"auth.sign_out"}  # would end the session of the rest of the test
    for endpoint, method, path in guarded_calls(app):
        if endpoint in leaving:
            continue
        allowed = role in rule_of(app, endpoint).roles
        response = signed_in[role].client.open(path, method=method)
        if not allowed:
            assert response.status_code == 403, (endpoint, method, response.status_code)
        elif method == "GET":
            assert response.status_code not in {401, 403, 500}, (endpoint, response.status_code)
        else:
            assert response.status_code == 400, (endpoint, method, response.status_code)  # no CSRF token


def test_every_write_that_a_cookie_carries_asks_for_a_csrf_token(app, signed_in):
    for endpoint, method, path in guarded_calls(app):
        if method == "GET":
            continue
        role = sorted(rule_of(app, endpoint).roles)[0]
        assert signed_in[role].client.open(path, method=method).status_code == 400, (endpoint, method)


def test_a_foreign_host_is_refused(app):
    response = app.test_client().get("/login", headers={"Host": "evil.example"})
    assert response.status_code == 400


def test_the_clock_of_the_tests_is_the_applications(runtime, clock):
    assert runtime.now() == clock() == datetime(2026, 6, 10, 1, 0, tzinfo=UTC)
