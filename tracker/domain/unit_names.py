"""Which unit a name in a report means: a known one below the county, or nobody rather than the wrong one.

Reports call a unit by its full name (青岚县白鹭镇司法所), its short one (白鹭镇司法所), its function (镇司法所, 司法所) or by
themselves (我局, 镇政府). A name is resolved only where exactly one unit answers to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LEVELS = "省市县区州旗"
LOCAL_LEVELS = ("街道", "镇", "乡", "局", "办")
MIN_SUFFIX = 3  # 司法所 is a name, 局 alone is none

_EVERYBODY = re.compile(r"^(?:各|全[县市区镇乡局]|有关|相关|其他|所有)")
_SELF = re.compile(r"^(?:[我本](?:局|镇|乡|街道|办|单位|委|院|所|中心|县|市|区))$")
_DECORATION = re.compile(
    r"^(?:由|责任单位|牵头单位|配合单位)[：:]?|(?:[（(][^（）()]{0,12}[）)])|(?:牵头|负责|配合|等)$|\s"
)


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit of the house by its names."""

    id: int
    name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The reporting unit and the units it can mean: what lies below it, and beside it under ``area``."""

    own: KnownUnit
    children: tuple[KnownUnit, ...] = ()
    siblings: tuple[KnownUnit, ...] = ()
    area: KnownUnit | None = None


@dataclass(frozen=True, slots=True)
class UnitAssignment:
    """Who leads and who supports, as far as the names say; ``unknown`` are the names that no known unit answers to."""

    lead: KnownUnit | None
    supporting: tuple[KnownUnit, ...]
    unknown: tuple[str, ...]


def find_unit(name: str, around: Neighbourhood) -> KnownUnit | None:
    """Return the one unit that ``name`` means, or None where none or more than one does.

    Full and short names win over endings; children win over siblings.
    """
    bare = plain_name(name)
    if not bare or _EVERYBODY.match(bare):
        return None
    if _SELF.match(bare):
        return around.own
    pools = ((around.own,), around.children, around.siblings, (around.area,) if around.area else ())
    for fits in (_is_full_name, _is_short_name, _ending_test(around)):
        for pool in pools:
            found = [unit for unit in pool if fits(bare, unit)]
            if found:
                return found[0] if len(found) == 1 else None
    return None


def assign_units(responsible: Sequence[str], supporting: Sequence[str], around: Neighbourhood) -> UnitAssignment:
    """Resolve the names read with an item.

    The first responsible name leads; further ones that are known support, and so do the known supporting names. Where
    the first name is unknown nobody leads: the second one named is not the one in charge.
    """
    lead = find_unit(responsible[0], around) if responsible else None
    others = [(name, find_unit(name, around)) for name in (*responsible[1:], *supporting)]
    known = _distinct(unit for _, unit in others if unit is not None and unit != lead)
    unknown = [name for name, unit in others if unit is None]
    if responsible and lead is None:
        unknown.insert(0, responsible[0])
    return UnitAssignment(lead, known, tuple(dict.fromkeys(unknown)))


def names_same_unit(written: str, unit: KnownUnit, area: KnownUnit | None = None) -> bool:
    """Say whether a report signed ``written`` is by ``unit``: the full name, the short one, or either's ending.

    ``青岚县白鹭镇`` and ``白鹭镇人民政府`` are the same unit; ``白鹭镇`` and ``石渡镇`` are not.
    """
    left = _core(written, area)
    for name in (unit.name, unit.short_name):
        right = _core(name, area)
        if left and right and (left.endswith(right) or right.endswith(left)) and min(len(left), len(right)) > 1:
            return True
    return False


def plain_name(name: str) -> str:
    """Return a unit's name without brackets, spaces and the words around it (由…牵头)."""
    return _DECORATION.sub("", name).strip("，、；。：: ")


def _core(name: str, area: KnownUnit | None) -> str:
    bare = _government(plain_name(name))
    for prefix in (area.name, area.short_name) if area else ():
        if prefix and len(bare) > len(prefix):
            bare = bare.removeprefix(prefix)
    return re.sub(r"(?:政府|街道办事处|办事处|委员会|党委|党工委)$", "", bare.replace("街道办事处", "街道"))


def _is_full_name(bare: str, unit: KnownUnit) -> bool:
    return _government(bare) == _government(unit.name)


def _is_short_name(bare: str, unit: KnownUnit) -> bool:
    return len(bare) > 1 and _government(bare) == _government(unit.short_name)


def _ending_test(around: Neighbourhood) -> Callable[[str, KnownUnit], bool]:
    area_level = around.area.name[-1:] if around.area else ""

    def fits(bare: str, unit: KnownUnit) -> bool:
        name = _government(bare)
        names = (_government(unit.name), _government(unit.short_name))
        if len(name) >= MIN_SUFFIX and any(known.endswith(name) for known in names):
            return True
        if len(names[1]) >= MIN_SUFFIX and name.endswith(names[1]) and _same_place(name, names[1], around):
            return True
        core = _without_level(name, area_level, around.own)
        return core is not None and any(known.endswith(core) for known in names)

    return fits


def _same_place(name: str, known: str, around: Neighbourhood) -> bool:
    """What stands before the known name must be the area or the own unit: 邻水县财政局 is not our 财政局."""
    before = name[: -len(known)]
    if not before:
        return True
    places = [around.own.name, around.own.short_name]
    if around.area:
        places += [around.area.name, around.area.short_name, around.area.name[-1:]]
    return any(place.endswith(before) or place.startswith(before) for place in places if place)


def _without_level(name: str, area_level: str, own: KnownUnit) -> str | None:
    """Return 司法所 for 镇司法所 where the reporting unit is a 镇, 财政局 for 县财政局 where the area is a 县; else None."""
    for level in (*LOCAL_LEVELS, *LEVELS):
        if name.startswith(level) and len(name) - len(level) >= MIN_SUFFIX:
            is_ours = level == area_level if level in LEVELS else level in own.name
            return name[len(level) :] if is_ours else None
    return None


def _government(name: str) -> str:
    return name.replace("人民政府", "政府").replace("市场监督管理", "市场监管").replace(" ", "")


def _distinct(units: Iterable[KnownUnit]) -> tuple[KnownUnit, ...]:
    return tuple(dict.fromkeys(units))
