"""Scope by path: the own unit and what lies below it, never a neighbour whose number begins alike."""

from __future__ import annotations

import pytest

from tracker.domain.permissions import BUSINESS_READERS, ROLE_LABELS, UNIT_ROLES, Actor, Role, path_range


def person(path: str) -> Actor:
    return Actor(id=1, name="李文", role=Role.OFFICER, unit_id=7, scope_path=path)


@pytest.mark.parametrize(
    ("own", "other", "sees"),
    [
        ("1/7/", "1/7/", True),
        ("1/7/", "1/7/23/", True),
        ("1/7/", "1/", False),
        ("1/7/", "1/70/", False),
        ("1/7/", "1/8/", False),
        ("1/", "1/8/90/", True),
        ("1/", "10/", False),
        ("1/", "2/1/", False),
    ],
)
def test_who_sees_whom(own, other, sees):
    assert person(own).sees(other) is sees
    low, high = path_range(own)
    assert (low <= other < high) is sees


def test_a_path_ends_in_a_slash():
    with pytest.raises(ValueError, match="slash"):
        path_range("1/7")


def test_roles_have_names_and_groups():
    assert set(ROLE_LABELS) == set(Role)
    assert UNIT_ROLES < BUSINESS_READERS
    assert Role.ADMIN not in BUSINESS_READERS
