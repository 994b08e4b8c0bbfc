"""Word's number formats (ECMA-376 part 1, 17.18.59 ST_NumberFormat) as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def format_number(value: int, number_format: str) -> str:
    """Return ``value`` as Word shows it; decimal for a format that is not known, "" for none and bullets."""
    if number_format in ("none", "bullet"):
        return ""
    if value < 0:
        return str(value)
    return _FORMATS.get(number_format, str)(value)


def chinese(value: int) -> str:
    """Return 一, 十, 十二, 二十, 一百零五, 一万 …; 0 is 〇."""
    text = _units(value, _DIGITS.replace("〇", "零"), "十百千", "万亿")
    if value == 0:
        return "〇"
    return text[1:] if 10 <= value < 20 else text


def _units(value: int, digits: str, small: str, large: str) -> str:
    if value < 10_000:
        return _below_ten_thousand(value, digits, small)
    for power, unit in ((100_000_000, large[1]), (10_000, large[0])):
        if value >= power:
            high, low = divmod(value, power)
            gap = digits[0] if 0 < low < power // 10 else ""
            return _units(high, digits, small, large) + unit + gap + (_units(low, digits, small, large) if low else "")
    raise AssertionError(value)


def _below_ten_thousand(value: int, digits: str, small: str) -> str:
    text, pending = "", False
    for power, unit in ((1000, small[2]), (100, small[1]), (10, small[0]), (1, "")):
        digit, value = divmod(value, power)
        if digit:
            text += (digits[0] if pending and text else "") + digits[digit] + unit
            pending = False
        else:
            pending = True
    return text or digits[0]


def _counting(value: int) -> str:
    """chineseCounting: with 十 up to 99, digit by digit from 100 on."""
    return chinese(value) if value < 100 else _digital(value)


def _japanese(value: int) -> str:
    """japaneseCounting: no 一 before 十, 百 and 千."""
    text = chinese(value)
    for unit in "百千":
        if text.startswith("一" + unit):
            return text[1:]
    return text


def _digital(value: int) -> str:
    return "".join(_DIGITS[int(digit)] for digit in str(value))


def _roman(value: int) -> str:
    if not 0 < value < 4000:
        return str(value)
    text = ""
    for worth, letters in _ROMAN:
        count, value = divmod(value, worth)
        text += letters * count
    return text


def _letters(value: int) -> str:
    """A … Z, AA, BB …: Word repeats the letter."""
    if value < 1:
        return str(value)
    turns, index = divmod(value - 1, 26)
    return chr(ord("A") + index) * min(turns + 1, 50)


def _from(first: int, most: int) -> Callable[[int], str]:
    """Return a format of consecutive code points from ``first`` for 1 … ``most``, decimal beyond."""
    return lambda value: chr(first + value - 1) if 1 <= value <= most else str(value)


def _circled(value: int) -> str:
    """① … ㊿"""
    for low, high, first in ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1)):
        if low <= value <= high:
            return chr(first + value - low)
    return "⓪" if value == 0 else str(value)


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda value: signs[value - 1] if 1 <= value <= len(signs) else str(value)


def _full_width(value: int) -> str:
    return str(value).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


def _legal(value: int) -> str:
    return _units(value, _LEGAL, "拾佰仟", "万亿")


def _legal_traditional(value: int) -> str:
    return _units(value, _LEGAL_TRADITIONAL, "拾佰仟", "萬億")


_FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda value: f"{value:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _from(0x2474, 20),
    "decimalEnclosedFullstop": _from(0x2488, 20),
    "numberInDash": lambda value: f"-{value}-",
    "upperRoman": _roman,
    "lowerRoman": lambda value: _roman(value).lower(),
    "upperLetter": _letters,
    "lowerLetter": lambda value: _letters(value).lower(),
    "chineseCounting": _counting,
    "taiwaneseCounting": _counting,
    "chineseCountingThousand": chinese,
    "taiwaneseCountingThousand": chinese,
    "koreanCounting": chinese,
    "japaneseCounting": _japanese,
    "ideographDigital": _digital,
    "japaneseDigitalTenThousand": _digital,
    "taiwaneseDigital": _digital,
    "koreanDigital2": _digital,
    "chineseLegalSimplified": _legal,
    "ideographLegalTraditional": _legal_traditional,
    "japaneseLegal": _legal_traditional,
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "ideographEnclosedCircle": _from(0x3280, 10),
}
