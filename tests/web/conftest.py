"""What most tests of pages begin with: two counties with their accounts, and people who sign in."""

from __future__ import annotations

import pytest

from tests.support.factories import PASSWORD, County, make_county


@pytest.fixture
def county(runtime) -> County:
    """The counties of ``make_county`` in the application's database."""
    with runtime.database.writing.begin() as session:
        return make_county(session)


@pytest.fixture
def someone(visitor, county):
    """Sign somebody in: ``someone("officer")``."""

    def enter(username: str):
        person = visitor()
        person.sign_in(username, PASSWORD, follow=False)
        return person

    return enter
