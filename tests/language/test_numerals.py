"""Numbers in both scripts."""

from __future__ import annotations

import pytest

from tracker.language.numerals import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("1,200", 1200),
        ("3.5", 3.5),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("两百", 200),
        ("一百零五", 105),
        ("三千二百", 3200),
        ("一万二千", 12000),
        ("二〇二五", 2025),
        ("两", 2),
    ],
)
def test_parse_number(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize("text", ["", "三个", "1.2.3", "个"])
def test_not_a_number(text: str) -> None:
    assert parse_number(text) is None
