"""Numbers as Chinese reports write them: 12, 1,200, 3.5, 十二, 两百, 1.2万, 百分之八."""

from __future__ import annotations

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_STEPS = {"十": 10, "百": 100, "千": 1000}
MAGNITUDES = {"万": 10_000, "亿": 100_000_000}


def parse_number(text: str) -> float | None:
    """Return the value of an Arabic or Chinese number, or None where ``text`` is none.

    >>> parse_number("一百零五"), parse_number("1,200"), parse_number("二〇二五")
    (105.0, 1200.0, 2025.0)
    """
    plain = text.replace(",", "").replace("，", "")
    if not plain:
        return None
    if plain[0].isascii():
        try:
            return float(plain)
        except ValueError:
            return None
    return _parse_chinese(plain)


def _parse_chinese(text: str) -> float | None:
    if all(char in DIGITS for char in text):
        return float(int("".join(str(DIGITS[char]) for char in text)))
    total = section = digit = 0
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in _STEPS:
            section += (digit or 1) * _STEPS[char]
            digit = 0
        elif char in MAGNITUDES:
            total += ((section + digit) or 1) * MAGNITUDES[char]
            section = digit = 0
        else:
            return None
    return float(total + section + digit)
