"""Every route, every role, every place: functions by role, objects by scope, and nothing changed where it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.routing import Rule

from tests.security.routes import FOUND, ROUTES, Row
from tests.security.world import IN_SCOPE, OWN, PLACES, SISTER, World, build_world, contents, enter
from tracker.domain.permissions import Role
from tracker.web.access import rule_of
from tracker.web.forms.base import StrictForm

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.web import Visitor

UNKNOWN_FIELD = {"is_admin": "1"}
FOREIGN = {"nothing-of-this-page": "1"}


@pytest.fixture
def world(runtime) -> World:
    return build_world(runtime)


def calls(app: Flask) -> Iterator[tuple[Rule, str, Row]]:
    """Every rule and method that is not public, with its row."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        if rule_of(app, rule.endpoint).public or ROUTES[rule.endpoint].left_out:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, ROUTES[rule.endpoint]


def path_of(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    """The path of a rule with its variable parts filled in."""
    return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def call(person: Visitor, method: str, path: str, form: dict[str, Any]) -> int:
    """The status of a request; a GET sends no form."""
    return int(person.client.open(path, method=method, data=form if method == "POST" else None).status_code)


def test_every_route_has_its_row(app):
    known = {rule.endpoint for rule in app.url_map.iter_rules() if not rule_of(app, rule.endpoint).public}
    assert sorted(known - ROUTES.keys()) == [], (
        "a new route needs a row in tests/security/routes.py: what each part of its path names, and what its form sends"
    )
    assert sorted(ROUTES.keys() - known) == [], "these rows of tests/security/routes.py have no route any more"
    for rule in app.url_map.iter_rules():
        if rule.endpoint in known:
            row = ROUTES[rule.endpoint]
            assert set(rule.arguments) == set(row.path), f"{rule.endpoint}: the row must say what {rule.arguments} name"


@pytest.mark.parametrize("role", list(Role))
def test_functions_by_role_objects_by_scope(app, runtime, visitor, world, role):
    person, token = enter(visitor, world.usernames[role])
    before, wrong = contents(runtime), []
    for rule, method, row in calls(app):
        allowed = role in rule_of(app, rule.endpoint).roles
        for place in PLACES if row.objects else (OWN,):
            ids = world.ids[place]
            form = row.form(ids) | {"csrf_token": token}
            found = not row.personal and (place in IN_SCOPE or not row.objects)
            if allowed and found:
                form |= UNKNOWN_FIELD  # seen, but nothing is to be done here
            status = call(person, method, path_of(app, rule, row.values(ids)), form)
            expected = {403} if not allowed else (FOUND | row.refused) if found else {404}
            if status not in expected:
                wrong.append(f"{method} {rule.endpoint} as {role} at {place}: {status}, expected {sorted(expected)}")
    assert wrong == []
    after = contents(runtime)
    changed = [name for name in before if name != "audit_entry" and before[name] != after[name]]
    assert changed == [], "refused requests changed something"


@pytest.mark.parametrize("role", list(Role))
def test_parts_of_a_path_that_do_not_belong_together_find_nothing(app, runtime, visitor, world, role):
    """An attachment of another task, an item of another report, a task of another unit: also within one's own scope."""
    person, token = enter(visitor, world.usernames[role])
    before, wrong, tried = contents(runtime), [], 0
    for rule, method, row in calls(app):
        if len(row.objects) < 2 or role not in rule_of(app, rule.endpoint).roles:
            continue
        own = world.ids[OWN]
        for strange in (world.twin, world.ids["child"], world.ids[SISTER]):
            for name, kind in row.objects.items():
                if strange[kind] == own[kind]:
                    continue
                values = row.values(own) | {name: strange[kind]}
                form = row.form(own) | {"csrf_token": token}
                status = call(person, method, path_of(app, rule, values), form)
                tried += 1
                if status != 404:
                    wrong.append(f"{method} {rule.endpoint} with the {kind} of another: {status}")
    assert wrong == []
    assert tried or role is Role.ADMIN
    after = contents(runtime)
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.parametrize("role", list(Role))
def test_every_form_refuses_a_field_it_does_not_have(app, runtime, visitor, world, role, monkeypatch):
    person, token = enter(visitor, world.usernames[role])
    seen: list[bool] = []
    validate = StrictForm.validate

    def watched(form: StrictForm, extra_validators: Any = None) -> bool:
        good = validate(form, extra_validators)
        seen.append(not good and form.unknown_fields_message in form.form_errors)
        return good

    monkeypatch.setattr(StrictForm, "validate", watched)
    before, wrong = contents(runtime), []
    for rule, method, row in calls(app):
        if method != "POST" or row.formless or row.personal or role not in rule_of(app, rule.endpoint).roles:
            continue
        ids = world.ids[OWN]
        seen.clear()
        form = row.form(ids) | {"csrf_token": token} | FOREIGN
        status = call(person, "POST", path_of(app, rule, row.values(ids)), form)
        if (not any(seen) or status not in {303, 400}) and status not in row.refused:
            wrong.append(f"{rule.endpoint}: {status}, {'refused' if any(seen) else 'nobody looked at the fields'}")
    assert wrong == []
    after = contents(runtime)
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.parametrize("role", list(Role))
def test_every_write_needs_the_sessions_own_token(app, runtime, visitor, world, role):
    person, _ = enter(visitor, world.usernames[role])
    _, others = enter(visitor, world.usernames[role])
    before, wrong = contents(runtime), []
    for rule, method, row in calls(app):
        if method != "POST" or role not in rule_of(app, rule.endpoint).roles:
            continue
        ids = world.ids[OWN]
        path = path_of(app, rule, row.values(ids))
        for token in (None, "", "made-up", others):
            form = row.form(ids) | ({} if token is None else {"csrf_token": token})
            if (status := call(person, "POST", path, form)) != 400:
                wrong.append(f"{rule.endpoint} with token {token!r}: {status}")
        if (status := call(person, "POST", f"{path}?csrf_token={others}", row.form(ids))) != 400:
            wrong.append(f"{rule.endpoint} with a token in the address: {status}")
    assert wrong == []
    assert contents(runtime) == before


def test_administrators_have_no_business_pages(app):
    business = ("work", "overview", "ledger", "tasks", "evidence", "reports", "links", "reconciliation", "inbox")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in business:
            assert Role.ADMIN not in rule_of(app, rule.endpoint).roles, rule.endpoint


def test_auditors_change_nothing(app):
    own = {
        "auth.change_password",
        "auth.sign_out",
        "inbox.open_one",
        "inbox.read_all",
        "own.reminders",
        "own.calendars",
        "own.revoke",
    }
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and rule.endpoint not in own and not rule_of(app, rule.endpoint).public:
            assert Role.AUDITOR not in rule_of(app, rule.endpoint).roles, rule.endpoint


@pytest.mark.parametrize("number", [0, 2**31 - 1, 2**31, 2**63, 10**40])
def test_numbers_that_are_no_keys_are_not_found(app, visitor, world, number):
    people = {role: enter(visitor, world.usernames[role])[0] for role in Role}
    for rule, method, row in calls(app):
        if method != "GET" or not row.objects:
            continue
        role = sorted(rule_of(app, rule.endpoint).roles)[0]
        values = row.values(world.ids[OWN])
        path = path_of(app, rule, values)
        for name in row.objects:
            path = path.replace(f"/{values[name]}", f"/{number}")
        assert call(people[role], "GET", path, {}) == 404, path
