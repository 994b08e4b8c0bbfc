"""Every setting can be set, and stands in the operator's handbook."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from config import load_settings
from tests.support.needs import lack
from tracker.settings import MailSettings, Settings

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = ROOT / "docs" / "operations.md"
VARIABLE = re.compile(r"TRACKER_[A-Z0-9_]+")


def variables(path: Path) -> set[str]:
    """The environment variables that a file names."""
    return set(VARIABLE.findall(path.read_text(encoding="utf-8")))


def test_every_field_has_its_variable():
    names = {f"TRACKER_{field.name.upper()}" for field in dataclasses.fields(Settings)} - {"TRACKER_MAIL"}
    names |= {f"TRACKER_MAIL_{field.name.upper()}" for field in dataclasses.fields(MailSettings)}
    names = {{"TRACKER_INSTANCE_PATH": "TRACKER_INSTANCE"}.get(name, name) for name in names}
    assert variables(ROOT / "config.py") >= names


def test_every_variable_is_documented_and_every_documented_one_exists():
    if not HANDBOOK.exists():
        lack("运维手册 docs/operations.md", "请写明每一项设置")
    code = variables(ROOT / "config.py")
    for path in (ROOT / "tracker").rglob("*.py"):
        code |= variables(path)
    assert variables(HANDBOOK) == code


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    environment = {"TRACKER_INSTANCE": str(tmp_path / "instance")}
    first, second = load_settings(environment), load_settings(environment)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 48
    assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o777 == 0o600
