"""Hostile text in every field, file name and document: shown as text, run by nobody; the headers that would stop it."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from lxml import html
from sqlalchemy import update

from tests.security.crawl import Page, crawl, fetch
from tests.security.test_authorization import calls, path_of
from tests.security.world import CHILD, OWN, World, build_world, enter
from tests.support.factories import NOW, PASSWORD, REPORT_TEXT
from tracker.db.models import CalendarDay, ClosureRequest, ExtensionRequest, Report, Task, Unit, User
from tracker.domain.permissions import Role
from tracker.web.access import rule_of
from tracker.web.background import background

PAYLOAD = "<script>window.ran=1</script><img src=x onerror=window.ran=1>\"'><svg onload=window.ran=1>{{7*7}}"
SHORT = "<img src=x onerror=window.ran=1>"
ADDRESS = re.compile(r"^\s*(?:javascript|data|vbscript):", re.IGNORECASE)
ADDRESSES = ("href", "src", "action", "formaction", "xlink:href", "poster", "data")


@pytest.fixture
def world(runtime) -> World:
    made = build_world(runtime, {OWN: PAYLOAD, CHILD: PAYLOAD})
    poison(runtime, made)
    return made


def poison(runtime, world: World) -> None:
    """Put the payload where the makers of rows put harmless words."""
    with runtime.database.writing.begin() as session:
        for place in (OWN, CHILD):
            unit = session.get_one(Unit, world.ids[place]["unit"])
            unit.name, unit.short_name = f"{PAYLOAD}{unit.id}"[-100:], SHORT
            for kind in ("task", "closed", "proposal"):
                _poison_task(session.get_one(Task, world.ids[place][kind]))
            task, person = world.ids[place]["task"], world.ids[place]["user"]
            session.add_all(_requests(task, person))
            session.get_one(Task, task).extension_pending = True
            for kind in ("report", "plan"):
                session.get_one(Report, world.ids[place][kind]).notices = [PAYLOAD]
        session.execute(update(User).values(name=SHORT))
        session.add(CalendarDay(day=date(2026, 6, 15), works=False, note=SHORT))


def _poison_task(task: Task) -> None:
    task.group_title = task.area = task.label = None
    task.group_title, task.area, task.label = PAYLOAD, SHORT, SHORT[:20]
    task.quote, task.status_reason, task.verdict = PAYLOAD, PAYLOAD, PAYLOAD
    task.responsible_names = task.supporting_names = task.reasons = [PAYLOAD]
    target = {
        "what": PAYLOAD,
        "op": ">=",
        "value": 4,
        "max": None,
        "unit": SHORT,
        "per": None,
        "start": None,
        "end": None,
    }
    task.quantities = [target]
    task.commitments = [
        {"id": "c1", "text": PAYLOAD, "start": 0, "end": 5, "quantities": [target], "deadline": None, "vague": False}
    ]


def _requests(task_id: int, person_id: int) -> list[Any]:
    who = {"task_id": task_id, "requested_by_id": person_id, "requested_at": NOW}
    return [
        ExtensionRequest(**who, reason=PAYLOAD, old_due_on=date(2026, 9, 30), new_due_on=date(2026, 10, 30)),
        ClosureRequest(
            **who,
            statement=PAYLOAD,
            completed_on=date(2026, 6, 1),
            no_evidence_reason=PAYLOAD,
            decision="returned",
            decided_by_id=person_id,
            decided_at=NOW,
            decision_note=PAYLOAD,
        ),
    ]


def faults(page: Page) -> list[str]:
    """What in a page could run, though a user wrote it."""
    found = []
    for element in html.fromstring(page.body).iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "script" and not str(element.get("src", "")).startswith("/static/"):
            found.append("a script of the page")
        for name, value in element.attrib.items():
            if name.startswith("on") or name == "style":
                found.append(f"<{element.tag} {name}={value!r}>")
            if name in ADDRESSES and (ADDRESS.match(value) or value == "x"):
                found.append(f"<{element.tag} {name}={value!r}>")
    return found


@pytest.mark.parametrize("role", list(Role))
def test_every_page_shows_hostile_text_as_text_under_a_policy(visitor, world, role):
    person, _ = enter(visitor, world.usernames[role])
    pages = crawl(person)
    wrong = {page.path: found for page in pages if page.kind == "text/html" and (found := faults(page))}
    assert wrong == {}
    assert [page.path for page in pages if page.status >= 500] == []
    shown = [page.path for page in pages if page.kind == "text/html" and "<img src=x onerror" in unescape(page.body)]
    assert len(shown) > 5, "the text is there to be seen"
    for page in pages:
        check_headers(page.headers, page.path)


def test_what_is_typed_comes_back_as_text(app, visitor, world):
    """Every form that is refused shows what was typed; every address may hold anything."""
    for role in (Role.SUPERVISOR, Role.HEAD, Role.ADMIN):
        person, token = enter(visitor, world.usernames[role])
        for rule, method, row in calls(app):
            if role not in rule_of(app, rule.endpoint).roles or row.personal:
                continue
            ids = world.ids[OWN]
            path = path_of(app, rule, row.values(ids))
            if method == "POST":
                form = dict.fromkeys(row.form(ids), PAYLOAD) | {
                    "csrf_token": token,
                    "version": "1",
                    PAYLOAD: PAYLOAD,
                }
                answer = person.client.post(path, data=form)
            else:
                names = (
                    "q",
                    "year",
                    "unit",
                    "status",
                    "sort",
                    "at",
                    "columns",
                    "person",
                    "focus",
                    "row",
                    "task",
                    "edit",
                )
                answer = person.client.get(path, query_string=dict.fromkeys(names, PAYLOAD))
            assert answer.status_code < 500, (rule.endpoint, method)
            if answer.mimetype == "text/html" and answer.status_code not in {302, 303}:
                page = Page(path, answer.status_code, {}, "text/html", answer.get_data(as_text=True))
                assert faults(page) == [], (rule.endpoint, method)


def test_a_hostile_document_is_read_as_text(app, runtime, visitor, world):
    with runtime.database.writing.begin() as session:
        session.execute(update(Unit).where(Unit.id == world.ids[OWN]["unit"]).values(name="柳湾镇人民政府"))
    officer, _ = enter(visitor, world.usernames[Role.OFFICER])
    officer.open("/reports/upload")
    text = (
        REPORT_TEXT.replace("2026", "2025")
        .replace("2025年法治", "2024年法治")
        .replace("加强执法", f"{PAYLOAD}加强执法")
    )
    document = (io.BytesIO(text.encode()), f"{SHORT}报告.txt")
    officer.submit("/reports/upload", file=document, report_year="2024")
    background(app).wait()
    for role in (Role.OFFICER, Role.SUPERVISOR):
        person, _ = enter(visitor, world.usernames[role])
        pages = crawl(person, ("/reports?year=2024", "/reports"))
        assert {page.path: faults(page) for page in pages if page.kind == "text/html" and faults(page)} == {}
        assert sum("window.ran" in page.body for page in pages) > 3


# ---- files ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["evidence", "report"])
def test_a_file_is_saved_and_never_shown_in_the_house(app, visitor, world, kind):
    person, _ = enter(visitor, world.usernames[Role.OFFICER])
    ids = world.ids[OWN]
    path = (
        f"/tasks/{ids['task']}/evidence/{ids['evidence']}" if kind == "evidence" else f"/reports/{ids['report']}/file"
    )
    page = fetch(person, path)
    assert page.status == 200
    disposition = page.headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert "\n" not in disposition
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in page.headers["content-security-policy"]
    assert "html" not in page.headers["content-type"]
    assert page.body == PAYLOAD


# ---- headers --------------------------------------------------------------------------------------------------------------


def check_headers(headers: dict[str, str], path: str) -> None:
    policy = headers["content-security-policy"]
    assert "unsafe-inline" not in policy, path
    assert "unsafe-eval" not in policy, path
    assert "sandbox" in policy or all(
        part in policy
        for part in ("script-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'")
    ), path
    assert headers["x-content-type-options"] == "nosniff", path
    assert headers["x-frame-options"] == "DENY", path
    assert headers["referrer-policy"] == "same-origin", path


def test_the_policy_stands_on_refusals_and_files_too(app, client, world):
    answers = {
        "a stranger": client.get("/ledger/"),
        "nothing here": client.get("/nothing"),
        "wrong method": client.delete("/login"),
        "no token": client.post("/login", data={"username": "x"}),
        "static": client.get("/static/css/app.css"),
        "no such file": client.get("/static/nothing.js"),
        "health": client.get("/healthz"),
        "too large": client.post("/login", data={"username": "x" * 5_000_000}),
        "foreign host": client.get("/login", headers={"Host": "evil.example"}),
    }
    client.set_cookie("ledger_session", "old", domain="localhost")
    answers["an old cookie"] = client.get("/ledger/")
    for name, answer in answers.items():
        check_headers({key.lower(): value for key, value in answer.headers.items()}, name)
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code >= 500} == {}


# ---- in a browser ---------------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_nothing_runs_in_a_browser(live_server, new_page):
    runtime, app = live_server.runtime, live_server.app
    world = build_world(runtime, {OWN: PAYLOAD, CHILD: PAYLOAD})
    poison(runtime, world)
    visited = 0
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN):
        page = new_page()
        dialogs: list[str] = []
        page.on("dialog", lambda dialog, heard=dialogs: (heard.append(dialog.message), dialog.dismiss()))
        page.goto("/login")
        page.get_by_label("账号").fill(world.usernames[role])
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        for rule, method, row in calls(app):
            wanted = method == "GET" and role in rule_of(app, rule.endpoint).roles
            if not wanted or "export" in rule.endpoint or rule.endpoint.endswith(("download", ".document")):
                continue
            page.goto(path_of(app, rule, row.values(world.ids[OWN])))
            assert page.evaluate("window.ran") is None, rule.endpoint
            assert page.evaluate("document.querySelectorAll('main img').length") == 0, rule.endpoint
            visited += 1
        assert dialogs == []
    assert visited > 40
