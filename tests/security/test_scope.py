"""One rule for page, search, count, export, inbox and mail: what belongs to others is never seen and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from tests.security.crawl import crawl, fetch, visible
from tests.security.world import (
    BAIT,
    CHILD,
    IN_SCOPE,
    OTHER,
    OWN,
    PARENT,
    PLACES,
    SECRETS,
    SISTER,
    World,
    _plant,
    build_world,
    enter,
    marker,
)
from tests.support.factories import NOW, make_unit
from tracker.db.models import Message, Notice, Unit, User
from tracker.domain.permissions import Role
from tracker.domain.reminders import NoticeKind
from tracker.services.digests import compose_digest
from tracker.services.notices import notify
from tracker.services.outbox import gather_digests

FOREIGN = [place for place in PLACES if place not in IN_SCOPE]
# Addresses that take something from outside: a search, a filter, an id.
SEARCHES = (
    "/ledger/?q={bait}",
    "/ledger/?q={bait}&role=supporting",
    "/ledger/?focus=overdue&q={bait}",
    "/ledger/export.xlsx?q={bait}",
    "/ledger/export.xlsx",
    "/reports?q={bait}",
    "/reports?year=2025",
    "/reports?year=2026&state=missing",
    "/reconciliation?year=2026",
    "/reconciliation/export.xlsx?year=2026",
    "/audit/?q={bait}",
    "/audit/?object=task",
    "/audit/export.xlsx",
    "/users/?q={bait}",
    "/units/?q={bait}",
    "/inbox/?show=all",
)


@pytest.fixture
def world(runtime) -> World:
    return build_world(runtime)


def addresses(world: World) -> list[str]:
    """Everything worth asking: searches, and filters that name what is out of scope."""
    found = [address.format(bait=quote(BAIT)) for address in SEARCHES]
    for place in FOREIGN:
        ids = world.ids[place]
        found += [
            f"/ledger/?unit={ids['unit']}",
            f"/ledger/export.xlsx?unit={ids['unit']}",
            f"/users/?unit={ids['unit']}",
            f"/units/?under={ids['unit']}",
            f"/units/new?parent={ids['unit']}",
            f"/reports/upload?unit={ids['unit']}",
            f"/audit/?object=task&id={ids['task']}",
            f"/reports/{world.ids[OWN]['report']}/review?edit={ids['proposal']}",
            f"/reports/{world.ids[OWN]['report']}/review?split={ids['proposal']}",
            f"/reports/{world.ids[OWN]['report']}/links?task={ids['task']}",
            f"/reconciliation/{world.ids[OWN]['unit']}/2026?row={ids['task']}",
        ]
    return found


@pytest.mark.parametrize("role", list(Role))
def test_nothing_planted_elsewhere_is_ever_seen(app, visitor, world, role):
    person, _ = enter(visitor, world.usernames[role])
    pages = crawl(person, ("/", *addresses(world)))
    assert len(pages) > (25 if role is Role.ADMIN else 40)
    for page in pages:
        assert page.status < 500, page.path
        for place in FOREIGN:
            assert SECRETS[place] not in page.body, f"{page.path} shows {role} what is of the {place}"
    seen = "".join(page.body for page in pages)
    if role is not Role.ADMIN:
        assert marker(OWN) in seen
        assert marker(CHILD) in seen  # the walk went where something is to be seen
    else:
        assert "组织执法培训" not in seen  # an administrator sees names of people, no business


@pytest.mark.parametrize("role", list(Role))
def test_what_others_do_changes_no_page_and_no_count(app, runtime, visitor, world, role, clock):
    """What happens in the sister unit and above cannot even be guessed from a number."""
    person, _ = enter(visitor, world.usernames[role])
    before = {page.path: visible(page) for page in crawl(person, ("/", *addresses(world)))}
    with runtime.database.writing.begin() as session:
        for place in FOREIGN:
            unit = session.get_one(Unit, world.ids[place]["unit"])
            for number in range(3):
                _plant(session, runtime, unit, marker(place), report_year=2010 + 3 * number)
            _plant(session, runtime, make_unit(session, f"新单位{place}", parent=unit), marker(place))
    unequal = []
    for path, text in before.items():
        page = fetch(person, path)
        if page.kind == "text/html" and "audit" not in path and visible(page) != text:
            unequal.append(path)
    assert unequal == []


# ---- the inbox and the mail -----------------------------------------------------------------------------------------------


def notice_of(runtime, world: World, place: str, to: int) -> None:
    """Leave a notice about a task of ``place`` with somebody, as a change of unit may do."""
    from tracker.db.models import Task

    with runtime.database.writing.begin() as session:
        task = session.get_one(Task, world.ids[place]["task"])
        notify(
            session,
            task,
            rule="overdue:1",
            kind=NoticeKind.OVERDUE,
            title=f"{task.number} {task.title}",
            recipients=[session.get_one(User, to)],
            now=NOW,
            reason=task.title,
        )


def test_the_inbox_shows_only_what_may_still_be_seen(runtime, visitor, world):
    person, _ = enter(visitor, world.usernames[Role.OFFICER])
    with runtime.database.reading() as session:
        me = session.scalars(select(User.id).where(User.username == world.usernames[Role.OFFICER])).one()
    for place in (OWN, SISTER, OTHER, PARENT):
        notice_of(runtime, world, place, me)
    text = person.open("/inbox/?show=all").get_data(as_text=True)
    assert marker(OWN) in text
    assert not any(SECRETS[place] in text for place in (SISTER, OTHER, PARENT))
    assert '<span class="count">1<' in text  # the count beside the bell says no more than the list
    with runtime.database.reading() as session:
        hidden = session.scalars(
            select(Notice.id).where(Notice.recipient_id == me, Notice.title.contains("丁卯"))
        ).all()
    assert hidden
    _, token = enter(visitor, world.usernames[Role.OFFICER])
    for notice_id in hidden:
        answer = person.client.post(f"/inbox/{notice_id}/open", data={"csrf_token": token})
        assert answer.status_code in {400, 404}


def test_mail_tells_only_what_its_reader_may_see_when_it_leaves(runtime, world):
    with runtime.database.writing.begin() as session:
        me = session.scalars(select(User).where(User.username == world.usernames[Role.OFFICER])).one()
        me.email = "officer@example.org"
        reader = me.id
    for place in (OWN, SISTER, OTHER, PARENT):
        notice_of(runtime, world, place, reader)
    with runtime.database.writing.begin() as session:
        assert gather_digests(session, now=NOW)
        message = session.scalars(select(Message).where(Message.recipient_id == reader)).one().id
        digest = compose_digest(session, message, base_url="https://ledger.example.org", product_name="台账")
    assert digest.lines == 1
    assert marker(OWN) in digest.body
    assert not any(SECRETS[place] in digest.subject + digest.body for place in (SISTER, OTHER, PARENT))

    with runtime.database.writing.begin() as session:  # gone to another unit meanwhile
        session.execute(update(User).where(User.id == reader).values(unit_id=world.ids[OTHER]["unit"]))
    with runtime.database.reading() as session:
        digest = compose_digest(session, message, base_url="https://ledger.example.org", product_name="台账")
    assert marker(OWN) not in digest.body


def test_links_in_mail_come_from_the_configured_address_alone(app, runtime, world, client):
    with runtime.database.writing.begin() as session:
        me = session.scalars(select(User).where(User.username == world.usernames[Role.OFFICER])).one()
        me.email = "officer@example.org"
        reader = me.id
    notice_of(runtime, world, OWN, reader)
    client.get("/login", headers={"X-Forwarded-Host": "evil.example", "Host": "localhost"})
    with runtime.database.writing.begin() as session:
        gather_digests(session, now=NOW + timedelta(minutes=1))
        message = session.scalars(select(Message).where(Message.recipient_id == reader)).one().id
        base = "https://ledger.example.org:8443/base"
        digest = compose_digest(session, message, base_url=base, product_name="台账")
    links = [word for word in digest.body.split() if "://" in word]
    assert links
    assert all(link.startswith(f"{base}/tasks/") for link in links)
    assert "evil" not in digest.body
