"""The register of 督办单: those that went to units in sight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from tracker.db.models import SupervisionSlip
from tracker.db.queries.scope import unit_ids_in_scope
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Actor

PAGE = 50


@dataclass(frozen=True, slots=True)
class SlipFilter:
    """What is asked of the register; ``received``: None for all."""

    year: int | None = None
    rung: str | None = None
    received: bool | None = None
    unit_id: int | None = None
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class SlipPage:
    """Slips, newest first, and the id to go on from (None at the end)."""

    slips: tuple[SupervisionSlip, ...]
    next_before: int | None


def slip_page(session: Session, actor: Actor, wanted: SlipFilter, *, before: int | None = None) -> SlipPage:
    """Return a page of the register."""
    query = _wanted(actor, wanted).order_by(SupervisionSlip.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(SupervisionSlip.id < before)
    found = session.scalars(query).all()
    return SlipPage(tuple(found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else None)


def all_slips(session: Session, actor: Actor, wanted: SlipFilter) -> Iterator[SupervisionSlip]:
    """Yield the register in the order of its numbers."""
    query = _wanted(actor, wanted).order_by(
        SupervisionSlip.year, SupervisionSlip.area_id, SupervisionSlip.rung, SupervisionSlip.serial
    )
    yield from session.scalars(query.execution_options(yield_per=500))


def get_slip(session: Session, actor: Actor, slip_id: int) -> SupervisionSlip:
    """Return a slip of a unit in sight; raises NotFound."""
    slip = session.scalar(_wanted(actor, SlipFilter()).where(SupervisionSlip.id == slip_id))
    if slip is None:
        raise NotFound("没有找到这份督办单，或不在您的查看范围内。")
    return slip


def _wanted(actor: Actor, wanted: SlipFilter) -> Select[SupervisionSlip]:
    query = (
        select(SupervisionSlip)
        .where(SupervisionSlip.unit_id.in_(unit_ids_in_scope(actor)))
        .options(joinedload(SupervisionSlip.unit), joinedload(SupervisionSlip.area))
    )
    for column, value in (
        (SupervisionSlip.year, wanted.year),
        (SupervisionSlip.rung, wanted.rung),
        (SupervisionSlip.unit_id, wanted.unit_id),
        (SupervisionSlip.task_id, wanted.task_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.received is not None:
        missing = SupervisionSlip.received_at.is_(None)
        query = query.where(~missing if wanted.received else missing)
    return query
