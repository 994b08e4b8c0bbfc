"""What comes from an address or a form is a number only if Python can read it as one."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_isdigit_stands_only_beside_isascii():
    """``"²".isdigit()`` is true and ``int("²")`` raises: say ``isdecimal()``, or ask ``isascii()`` first."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "tracker" / "web").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if ".isdigit()" in line and ".isascii()" not in line
    ]
    assert found == []
