"""No workbook holds a formula, whatever words users wrote; and every export route is looked at."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import load_workbook

from tests.security.crawl import XLSX
from tests.security.test_authorization import calls, path_of
from tests.security.world import CHILD, OWN, World, build_world, enter
from tracker.db.models import Task, Unit
from tracker.domain.permissions import Role
from tracker.web.access import rule_of

RISKY = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://e")',
)


def poisoned(runtime, words: str) -> World:
    """A world in which every text begins like a formula."""
    world = build_world(runtime, {OWN: words, CHILD: words})
    with runtime.database.writing.begin() as session:
        for place in (OWN, CHILD):
            ids = world.ids[place]
            unit = session.get_one(Unit, ids["unit"])
            unit.short_name, unit.name = words.strip(), f"{words.strip()}{ids['unit']}"  # a unit's name is one line
            for kind in ("task", "closed"):
                task = session.get_one(Task, ids[kind])
                task.quote = task.verdict = task.status_reason = task.group_title = words
                task.area, task.number = words[:40], f"{words}{task.id}"
                target = {"what": words, "op": ">=", "value": 4, "max": None, "unit": words, "per": None}
                task.quantities = [target | {"start": None, "end": None}]
    return world


@pytest.mark.parametrize("words", RISKY)
def test_no_cell_of_any_workbook_is_a_formula(app, runtime, visitor, words):
    world = poisoned(runtime, words)
    seen, found = set(), 0
    for role in Role:
        person, _ = enter(visitor, world.usernames[role])
        for rule, method, row in calls(app):
            if method != "GET" or role not in rule_of(app, rule.endpoint).roles or "xlsx" not in rule.rule:
                continue
            path = path_of(app, rule, row.values(world.ids[OWN]))
            answer = person.client.get(path + ("?year=2026" if rule.endpoint.startswith("reconciliation") else ""))
            assert answer.status_code == 200, rule.endpoint
            assert answer.mimetype == XLSX
            assert answer.headers["Content-Disposition"].startswith("attachment")
            found += check_workbook(answer.get_data(), words, rule.endpoint)
            seen.add(rule.endpoint)
    assert seen >= {"ledger.export", "audit.export", "reconciliation.export_unit", "reconciliation.export_all"}
    assert found > 10, "the words stand in the workbooks"


def check_workbook(data: bytes, words: str, name: str) -> int:
    """Check each cell of a workbook; gives how many hold the words."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            text = archive.read(part)
            assert b"<f>" not in text, (name, part)
            assert b"<f " not in text, (name, part)
            assert "externalLink" not in part
            assert "hyperlink" not in text.decode("utf-8", "replace").lower() or b"HYPERLINK" in text, (name, part)
    found = 0
    for sheet in load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (name, cell.coordinate, cell.value)
                assert cell.hyperlink is None, (name, cell.coordinate)
                if isinstance(cell.value, str) and words.strip() in cell.value:
                    found += 1
                    assert cell.data_type == "s"
    return found
