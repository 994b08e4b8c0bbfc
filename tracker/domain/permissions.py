"""Who may do what, and who may see what: roles, the acting person, and the scope of a unit.

A unit's ``path`` is the chain of ids from the root, each followed by a slash (``"1/7/23/"``), so that everything
below a unit is one range of strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The five roles; see ROLE_LABELS for what the screens call them."""

    OFFICER = "officer"
    HEAD = "head"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLE_LABELS: dict[Role, str] = {
    Role.OFFICER: "承办人",
    Role.HEAD: "单位负责人",
    Role.SUPERVISOR: "督办员",
    Role.AUDITOR: "审计员",
    Role.ADMIN: "系统管理员",
}

UNIT_ROLES = frozenset({Role.OFFICER, Role.HEAD})
BUSINESS_READERS = frozenset({Role.OFFICER, Role.HEAD, Role.SUPERVISOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts: what the rules need to know, detached from any database session.

    ``scope_path`` is the path of the person's own unit: that unit and all below it are in scope. The accounts of a
    supervising office (依法治办) belong to the area they supervise, not to the bureau that hosts the office.
    """

    id: int
    name: str
    role: Role
    unit_id: int
    scope_path: str
    address: str | None = None  # network address, for the audit log

    def sees(self, unit_path: str) -> bool:
        """Say whether a unit lies in this person's scope."""
        return unit_path.startswith(self.scope_path)


def path_range(path: str) -> tuple[str, str]:
    """Return the half-open range of strings that begin with ``path`` (which ends in ``/``), for an index search."""
    if not path.endswith("/"):
        raise ValueError("a unit path ends in a slash")
    return path, path[:-1] + chr(ord("/") + 1)
