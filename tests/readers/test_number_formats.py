"""Word's number formats, value by value."""

from __future__ import annotations

import pytest

from tracker.readers.number_formats import format_number


@pytest.mark.parametrize(
    ("number_format", "value", "shown"),
    [
        ("decimal", 12, "12"),
        ("decimalZero", 3, "03"),
        ("decimalFullWidth", 12, "\uff11\uff12"),
        ("decimalEnclosedCircle", 1, "①"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircleChinese", 21, "㉑"),
        ("decimalEnclosedCircle", 50, "㊿"),
        ("decimalEnclosedCircle", 51, "51"),
        ("decimalEnclosedParen", 2, "⑵"),
        ("decimalEnclosedFullstop", 2, "⒉"),
        ("upperRoman", 4, "IV"),
        ("lowerRoman", 1949, "mcmxlix"),
        ("upperLetter", 1, "A"),
        ("upperLetter", 27, "AA"),
        ("upperLetter", 28, "BB"),
        ("lowerLetter", 26, "z"),
        ("chineseCounting", 1, "一"),
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 11, "十一"),
        ("chineseCounting", 20, "二十"),
        ("chineseCounting", 99, "九十九"),
        ("chineseCounting", 105, "一〇五"),
        ("chineseCountingThousand", 10, "十"),
        ("chineseCountingThousand", 21, "二十一"),
        ("chineseCountingThousand", 100, "一百"),
        ("chineseCountingThousand", 105, "一百零五"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCountingThousand", 1005, "一千零五"),
        ("chineseCountingThousand", 10000, "一万"),
        ("chineseCountingThousand", 10005, "一万零五"),
        ("japaneseCounting", 3, "三"),
        ("japaneseCounting", 12, "十二"),
        ("japaneseCounting", 100, "百"),
        ("ideographDigital", 10, "一〇"),
        ("ideographDigital", 23, "二三"),
        ("chineseLegalSimplified", 1, "壹"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographLegalTraditional", 2, "貳"),
        ("ideographTraditional", 1, "甲"),
        ("ideographTraditional", 11, "11"),
        ("ideographZodiac", 12, "亥"),
        ("ideographEnclosedCircle", 1, "㊀"),
        ("numberInDash", 5, "-5-"),
        ("bullet", 1, ""),
        ("none", 1, ""),
        ("a format of tomorrow", 7, "7"),
        ("chineseCounting", 0, "〇"),
        ("upperRoman", 0, "0"),
    ],
)
def test_shows_a_number_as_word_does(number_format: str, value: int, shown: str) -> None:
    assert format_number(value, number_format) == shown
