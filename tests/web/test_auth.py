"""Sign-in, sign-out and sessions over HTTP: what a cookie opens, for how long, and what ends it."""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from tests.support.factories import PASSWORD
from tests.support.web import Visitor
from tracker.db.models import SignInAttempt, User, WebSession
from tracker.domain.permissions import Role
from tracker.services import sign_in as sign_in_module
from tracker.services.sign_in import hash_password
from tracker.web.access import local_path

COOKIE = "ledger_session"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
NEW_PASSWORD = "Kettle-93-blue-thrush"  # made up for this test


@pytest.fixture
def officer(visitor, county) -> Visitor:
    person = visitor()
    assert person.sign_in("officer", PASSWORD, follow=False).status_code == 303
    return person


def token_of(person: Visitor) -> str:
    cookie = person.client.get_cookie(COOKIE)
    assert cookie is not None
    return str(cookie.value)


def replay(app, token: str, path: str = "/password") -> int:
    """The status that a copy of an old cookie gets."""
    client = app.test_client()
    client.set_cookie(COOKIE, token, domain="localhost")
    return int(client.get(path).status_code)


def enter(person: Visitor, username: str, password: str, **environment) -> int:
    person.open("/login")
    form = person._form(0)
    data = dict(form.form_values()) | {"username": username, "password": password}
    return int(person.client.post("/login", data=data, environ_overrides=environment).status_code)


# ---- the cookie and what lies behind it -----------------------------------------------------------------------------------


def test_signing_in_gives_a_new_token_and_the_old_one_is_worth_nothing(app, visitor, county):
    person = visitor()
    person.open("/login")
    before = token_of(person)
    person.submit(username="officer", password=PASSWORD, follow=False)
    after = token_of(person)
    assert before != after
    assert replay(app, before) == 401
    assert replay(app, after) == 200


def test_a_token_of_the_attackers_choice_is_never_taken_up(app, visitor, county):
    person = visitor()
    person.client.set_cookie(COOKIE, "chosen-by-somebody-else", domain="localhost")
    person.sign_in("officer", PASSWORD)
    assert token_of(person) != "chosen-by-somebody-else"
    assert replay(app, "chosen-by-somebody-else") == 401


def test_only_a_digest_is_stored(runtime, officer):
    token = token_of(officer)
    assert len(token) >= 43
    with runtime.database.reading() as session:
        rows = session.scalars(select(WebSession)).all()
        digests = {row.token_digest for row in rows}
        assert hashlib.sha256(token.encode()).hexdigest() in digests
        assert all(token not in json.dumps(row.data) for row in rows)
        assert {row.address for row in rows} == {"127.0.0.1"}


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_is_guarded(settings, clock, runtime, county, secure):
    from tracker.application import create_app

    app = create_app(replace(settings, cookie_secure=secure), clock=clock)
    scheme = "https" if secure else "http"
    response = app.test_client().get("/login", base_url=f"{scheme}://localhost")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-ledger_session=" if secure else "ledger_session=")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) == secure
    assert ("Strict-Transport-Security" in response.headers) == secure
    app.extensions["tracker"].database.dispose()


def test_pages_of_a_person_are_kept_by_no_cache(officer):
    for path in ("/login", "/password", "/nothing-here"):
        response = officer.open(path, follow=False)
        assert response.headers["Cache-Control"] == "no-store", path


# ---- what ends a session --------------------------------------------------------------------------------------------------


def test_idle_for_half_an_hour_ends_it_and_use_prolongs_it(app, officer, clock):
    token = token_of(officer)
    for _ in range(4):
        clock.advance(minutes=29)
        assert replay(app, token) == 200
    clock.advance(minutes=31)
    assert replay(app, token) == 401
    assert replay(app, token) == 401  # asking does not revive it


def test_twelve_hours_end_it_however_much_it_is_used(app, officer, clock):
    token = token_of(officer)
    for _ in range(12 * 60 // 20):
        clock.advance(minutes=20)
        assert replay(app, token) == 200
    clock.advance(minutes=1)
    assert replay(app, token) == 401


def test_signing_out_ends_it_and_needs_a_token_of_its_own(app, officer):
    token = token_of(officer)
    assert officer.client.get("/logout").status_code == 405
    assert officer.client.post("/logout").status_code == 400  # nobody signs others out by a link or a form elsewhere
    assert replay(app, token) == 200
    officer.open("/password")
    officer.submit("/logout")
    assert "您已退出登录" in officer.text
    assert replay(app, token) == 401


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"role": Role.HEAD},
        {"password_hash": "scrypt:1024:8:1$made-up$00"},
        {"unit_id": "sister"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_the_session_stood_on_ends_it_even_if_its_row_is_left(app, runtime, county, officer, change):
    token = token_of(officer)
    values = {name: county.sister.id if value == "sister" else value for name, value in change.items()}
    with runtime.database.writing.begin() as session:
        session.execute(update(User).where(User.username == "officer").values(**values))
    assert replay(app, token) == 401
    assert officer.client.post("/logout").status_code in {400, 401}


@pytest.mark.parametrize("deed", ["disable", "reset", "end-sessions", "edit"])
def test_what_an_administrator_does_ends_it_at_once(app, runtime, visitor, county, officer, deed):
    token = token_of(officer)
    admin = visitor()
    admin.sign_in("admin", PASSWORD)
    admin.open(f"/users/{county.officer.id}/{deed}")
    admin.submit(f"/users/{county.officer.id}/{deed}", **({"role": "head"} if deed == "edit" else {}))
    assert admin.status == 200
    assert replay(app, token) == 401
    with runtime.database.reading() as session:
        assert session.scalars(select(WebSession).where(WebSession.user_id == county.officer.id)).all() == []


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(app, visitor, county, officer):
    other = visitor()
    other.sign_in("officer", PASSWORD)
    old, elsewhere = token_of(officer), token_of(other)
    officer.open("/password")
    officer.submit(
        "/password", current_password=PASSWORD, new_password=NEW_PASSWORD, repeat_password=NEW_PASSWORD, follow=False
    )
    assert officer.status == 303
    assert replay(app, elsewhere) == replay(app, old) == 401
    assert "密码已修改" in officer.open("/password").get_data(as_text=True)
    assert replay(app, token_of(officer)) == 200
    assert enter(visitor(), "officer", PASSWORD) == 401
    assert enter(visitor(), "officer", NEW_PASSWORD) == 303


# ---- the first sign-in ----------------------------------------------------------------------------------------------------


def test_nothing_opens_before_the_first_password_is_changed(app, runtime, visitor, county):
    with runtime.database.writing.begin() as session:
        session.execute(update(User).where(User.username == "officer").values(must_change_password=True))
    person = visitor()
    person.sign_in("officer", PASSWORD)
    assert person.path == "/password"
    assert "请先修改密码" in person.text
    for path in ("/", "/ledger/", "/inbox/", "/reports"):
        assert person.open(path, follow=False).headers["Location"].endswith("/password"), path
    person.open("/password")
    person.submit("/password", current_password=PASSWORD, new_password=PASSWORD, repeat_password=PASSWORD)
    assert "不能与当前密码相同" in person.text
    person.submit("/password", current_password=PASSWORD, new_password="liwen12345", repeat_password="liwen12345x")
    assert "两次输入的新密码不一致" in person.text
    person.submit("/password", current_password=PASSWORD, new_password="password2026", repeat_password="password2026")
    assert person.status == 400
    assert "太常见" in person.text
    person.submit(
        "/password", current_password=PASSWORD, new_password=NEW_PASSWORD, repeat_password=NEW_PASSWORD, follow=False
    )
    assert person.status == 303
    assert person.open("/password").status_code == 200
    assert "请先修改密码" not in person.text


@pytest.mark.parametrize("length", [64, 100, 128])
def test_a_password_of_64_characters_and_more_opens_the_door(visitor, county, officer, length):
    long = ("山高水长-Kettle-93-" * 10)[:length]
    officer.open("/password")
    officer.submit("/password", current_password=PASSWORD, new_password=long, repeat_password=long, follow=False)
    assert officer.status == 303
    assert enter(visitor(), "officer", long) == 303
    assert enter(visitor(), "officer", long[:-1]) == 401


# ---- the throttle ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["officer", "nobody"])
def test_five_wrong_passwords_lock_here_and_not_elsewhere(visitor, county, clock, username):
    answers = [enter(visitor(), username, f"wrong-{number}") for number in range(7)]
    assert answers == [401] * 5 + [429] * 2
    right = PASSWORD if username == "officer" else "whatever-it-is"
    assert enter(visitor(), username, right) == 429
    assert enter(visitor(), username, right, **ELSEWHERE) == (303 if username == "officer" else 401)
    clock.advance(minutes=16)
    assert enter(visitor(), username, right) == (303 if username == "officer" else 401)


def test_wrong_current_passwords_lock_like_wrong_sign_ins(visitor, county, officer):
    for number in range(5):
        officer.open("/password")
        officer.submit(
            "/password", current_password=f"wrong-{number}", new_password=NEW_PASSWORD, repeat_password=NEW_PASSWORD
        )
        assert "当前密码不正确" in officer.text
    officer.submit("/password", current_password=PASSWORD, new_password=NEW_PASSWORD, repeat_password=NEW_PASSWORD)
    assert "错误次数过多" in officer.text
    assert enter(visitor(), "officer", PASSWORD) == 429
    assert enter(visitor(), "officer", PASSWORD, **ELSEWHERE) == 303


def test_one_person_locked_out_locks_nobody_else_at_that_address(visitor, county):
    for number in range(6):
        enter(visitor(), "officer", f"wrong-{number}")
    assert enter(visitor(), "head", PASSWORD) == 303


def test_an_address_in_a_header_is_not_believed(app, runtime, visitor, county):
    for number in range(6):
        person = visitor()
        person.open("/login")
        data = dict(person._form(0).form_values()) | {"username": "officer", "password": "wrong-one"}
        response = person.client.post("/login", data=data, headers={"X-Forwarded-For": f"198.51.100.{number}"})
    assert response.status_code == 429
    with runtime.database.reading() as session:
        assert set(session.scalars(select(SignInAttempt.address))) == {"127.0.0.1"}


# ---- unknown and known ----------------------------------------------------------------------------------------------------


def test_unknown_disabled_and_wrong_read_the_same(runtime, visitor, county):
    with runtime.database.writing.begin() as session:
        session.execute(update(User).where(User.username == "sister").values(is_active=False))
    texts = []
    for username, password in (("officer", "wrong-one"), ("nobody", "wrong-one"), ("sister", PASSWORD)):
        person = visitor()
        person.sign_in(username, password)
        assert person.status == 401
        texts.append(person.text.replace(username, ""))
    assert len(set(texts)) == 1
    assert "账号或密码不正确" in texts[0]


def test_unknown_and_known_cost_the_same_work(app, runtime, visitor, county, monkeypatch):
    with runtime.database.writing.begin() as session:
        real = hash_password(PASSWORD)
        session.execute(update(User).where(User.username == "officer").values(password_hash=real))
    calls: list[str] = []
    check = sign_in_module.check_password_hash

    def counted(stored: str, password: str) -> bool:
        calls.append(stored.split("$")[0])
        return bool(check(stored, password))

    monkeypatch.setattr(sign_in_module, "check_password_hash", counted)
    times: dict[str, list[float]] = {"officer": [], "nobody": []}
    for round_ in range(15):
        for username, found in times.items():
            person = visitor()
            person.open("/login")
            data = dict(person._form(0).form_values()) | {"username": username, "password": "wrong-one"}
            began = time.process_time()
            address = {"REMOTE_ADDR": f"198.51.100.{round_}"}
            assert person.client.post("/login", data=data, environ_overrides=address).status_code in {401, 429}
            found.append(time.process_time() - began)
    assert calls == ["scrypt:32768:8:3"] * 30  # one hash each, equally hard
    known, unknown = (statistics.median(times[name]) for name in ("officer", "nobody"))
    assert 0.9 < unknown / known < 1.1  # processor time of this process; the hash makes up nearly all of it


# ---- where the sign-in leads ----------------------------------------------------------------------------------------------

EVIL = [
    "https://evil.example/",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%0a/../\\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "/\x00/evil",
    "https:/evil.example",
    "//[::1]/",
    "/\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("target", EVIL)
def test_the_way_on_stays_in_the_house(visitor, county, target):
    assert local_path(target) is None
    person = visitor()
    person.client.get("/login", query_string={"next": target})
    person.path = "/login"
    person.open("/login")
    response = person.submit(username="officer", password=PASSWORD, next=target, follow=False)
    assert response.status_code == 303
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("target", ["/ledger/?focus=overdue", "/tasks/5#history", "/reports/3?quote=1-2", "/搜索"])
def test_paths_of_the_house_are_followed(target):
    assert local_path(target) == target


def test_a_stranger_comes_back_to_where_he_was_going(visitor, county):
    person = visitor()
    person.open("/password?from=menu")
    assert person.path.startswith("/login")
    assert person.submit(username="officer", password=PASSWORD, follow=False).headers["Location"] == (
        "/password?from=menu"
    )


# ---- hosts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:80", "127.0.0.1.nip.io", "a b"]
)
def test_a_foreign_host_gets_400_and_no_word_of_it(client, host):
    response = client.get("/login", headers={"Host": host})
    assert response.status_code == 400
    assert "evil" not in response.get_data(as_text=True)
    assert "Set-Cookie" not in response.headers


def test_a_forwarded_host_is_not_believed_without_a_proxy(client):
    response = client.get("/nothing", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert "evil" not in response.get_data(as_text=True)
    assert "evil" not in str(response.headers)


def test_behind_a_proxy_the_forwarded_host_is_checked_as_well(settings, clock):
    from tracker.application import create_app

    app = create_app(replace(settings, trusted_proxies=1), clock=clock)
    answer = app.test_client().get("/login", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 400
    app.extensions["tracker"].database.dispose()
