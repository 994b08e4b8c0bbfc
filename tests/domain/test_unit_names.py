"""Which unit a name in a report means: tables of names as reports write them."""

from __future__ import annotations

import pytest

from tracker.domain.unit_names import KnownUnit, Neighbourhood, assign_units, find_unit, names_same_unit

AREA = KnownUnit(1, "青岚县", "青岚县")
TOWN = KnownUnit(2, "青岚县白鹭镇人民政府", "白鹭镇")
JUSTICE = KnownUnit(3, "白鹭镇司法所", "白鹭镇司法所")
OFFICE = KnownUnit(4, "白鹭镇党政综合办公室", "白鹭镇党政办")
TEAM = KnownUnit(5, "白鹭镇综合行政执法队", "白鹭镇执法队")
BUREAU = KnownUnit(6, "青岚县司法局", "县司法局")
MARKET = KnownUnit(7, "青岚县市场监督管理局", "县市场监管局")
SISTER = KnownUnit(8, "青岚县石渡镇人民政府", "石渡镇")
NORTH, SOUTH = KnownUnit(9, "白鹭镇北街社区", "北街社区"), KnownUnit(10, "白鹭镇南街社区", "南街社区")
TOWNSHIP = Neighbourhood(TOWN, (JUSTICE, OFFICE, TEAM, NORTH, SOUTH), (BUREAU, MARKET, SISTER), AREA)
COUNTY = Neighbourhood(AREA, (TOWN, BUREAU, MARKET, SISTER))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("白鹭镇司法所", JUSTICE),
        ("镇司法所", JUSTICE),
        ("司法所", JUSTICE),
        ("由镇司法所牵头", JUSTICE),
        ("司法所（综治中心）", JUSTICE),
        ("党政综合办公室", OFFICE),
        ("白鹭镇党政办", OFFICE),
        ("镇党政办", OFFICE),
        ("党政办", OFFICE),
        ("综合行政执法队", TEAM),
        ("执法队", TEAM),
        ("县司法局", BUREAU),
        ("青岚县司法局", BUREAU),
        ("司法局", BUREAU),
        ("县市场监督管理局", MARKET),
        ("市场监管局", MARKET),
        ("石渡镇", SISTER),
        ("石渡镇政府", SISTER),
        ("白鹭镇人民政府", TOWN),
        ("镇政府", TOWN),
        ("我镇", TOWN),
        ("本单位", TOWN),
        ("青岚县", AREA),
        ("北街社区", NORTH),
        # nobody, rather than the wrong one
        ("街社区", None),
        ("社区", None),
        ("局", None),
        ("市司法局", None),
        ("邻水县司法局", None),
        ("省市场监管局", None),
        ("水利局", None),
        ("各村（社区）", None),
        ("各成员单位", None),
        ("有关单位", None),
        ("", None),
        ("　", None),
    ],
)
def test_a_name_means_one_unit_or_none(name: str, expected: KnownUnit | None) -> None:
    assert find_unit(name, TOWNSHIP) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("县司法局", BUREAU), ("白鹭镇", TOWN), ("我县", AREA), ("司法所", None)]
)
def test_the_root_has_children_only(name: str, expected: KnownUnit | None) -> None:
    assert find_unit(name, COUNTY) == expected


@pytest.mark.parametrize(
    ("responsible", "supporting", "lead", "others", "unknown"),
    [
        ((), (), None, (), ()),
        (("镇司法所",), (), JUSTICE, (), ()),
        (("镇司法所", "党政办"), ("执法队",), JUSTICE, (OFFICE, TEAM), ()),
        (("镇司法所", "司法所"), (), JUSTICE, (), ()),
        (("水利站",), ("镇司法所",), None, (JUSTICE,), ("水利站",)),
        (("水利站", "镇司法所"), (), None, (JUSTICE,), ("水利站",)),
        (("镇司法所",), ("各村（社区）", "各村（社区）"), JUSTICE, (), ("各村（社区）",)),
    ],
)
def test_the_first_name_leads_or_nobody(
    responsible: tuple[str, ...],
    supporting: tuple[str, ...],
    lead: KnownUnit | None,
    others: tuple[KnownUnit, ...],
    unknown: tuple[str, ...],
) -> None:
    assigned = assign_units(responsible, supporting, TOWNSHIP)
    assert (assigned.lead, assigned.supporting, assigned.unknown) == (lead, others, unknown)


@pytest.mark.parametrize(
    ("written", "unit", "same"),
    [
        ("青岚县白鹭镇人民政府", TOWN, True),
        ("青岚县白鹭镇", TOWN, True),
        ("白鹭镇", TOWN, True),
        ("白鹭镇人民政府", TOWN, True),
        ("中共白鹭镇党委", TOWN, True),
        ("石渡镇人民政府", TOWN, False),
        ("青岚县", TOWN, False),
        ("青岚县人民政府", TOWN, False),
        ("青岚县人民政府", AREA, True),
        ("青岚县司法局", BUREAU, True),
        ("司法局", BUREAU, True),
        ("青岚县财政局", BUREAU, False),
        ("青岚县市场监管局", MARKET, True),
    ],
)
def test_a_signature_is_the_units_own(written: str, unit: KnownUnit, *, same: bool) -> None:
    assert names_same_unit(written, unit, None if unit is AREA else AREA) is same
