"""Enumerators: what stands before a heading or a member of a list, with broken brackets and all.

The numbering in real reports cannot be trusted (doubled, skipped, running on), so a mark gives its style and its
label, and its number is only a hint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from tracker.language.numerals import parse_number


class MarkStyle(IntEnum):
    """Kinds of enumerators, the outer before the inner."""

    PART = 1  # 第一部分
    CHINESE = 2  # 一、
    BRACKETED_CHINESE = 3  # （一） 一） (一
    ORDINAL = 4  # 第一， 首先，
    ARABIC = 5  # 1. 1、
    BRACKETED_ARABIC = 6  # （1） 1）
    CIRCLED = 7  # ①
    COUNTED = 8  # 一是 一要
    DASH = 9  # —— ● ■


@dataclass(frozen=True, slots=True)
class Mark:
    """An enumerator: ``label`` is its text as folded, ``number`` its value where it has one."""

    style: MarkStyle
    number: int | None
    label: str
    start: int
    end: int


_CN = "[一二三四五六七八九十]{1,3}"
# "2.6月底前" is item two due in June, "2.6公里" is a figure.
_NO_FRACTION = r"(?!\d(?!\d?月|\d{3}年))"
# "1.1 完善制度"; "1.5公里" is a figure, "12.4宪法日" a day.
_DECIMAL = re.compile(
    r"(?!(?:3.15|4.15|5.12|5.25|6.26|11.9|12.2|12.4)(?!\d|、))\d{1,2}(?:[.．]\d{1,2})?[.．](\d{1,2})"
    r"(?:[.．、]|(?=[\u4e00-\u9fff“《]))(?!月|[万亿倍个元公平千百小余%])"
)
_SEQUENCE_WORDS = {"首先": 1, "其次": 2, "再次": 3, "最后": 4}
_LEADING: tuple[tuple[MarkStyle, re.Pattern[str]], ...] = (
    (MarkStyle.PART, re.compile(rf"第({_CN}|\d{{1,2}})(?:部分|篇|章|板块)[：、，]?")),
    (MarkStyle.ORDINAL, re.compile(rf"第({_CN})(?:[，、：]|是(?=[^由]))|({'|'.join(_SEQUENCE_WORDS)})[，是要]")),
    (MarkStyle.COUNTED, re.compile(rf"(?:任务|问题|举措|措施|目标|项目|实事|行动|工程|重点)({_CN}|\d{{1,2}})(?:[：、｜]|(?=[\u4e00-\u9fff“《]))(?!个|项|大|类|条)")),
    (MarkStyle.COUNTED, re.compile(rf"({_CN})(?:是|要)(?![由否素件点求领闻])[，：]?")),
    (MarkStyle.BRACKETED_CHINESE, re.compile(rf"（({_CN})[）、]、?|（?({_CN})）[、.．]?")),
    (MarkStyle.CHINESE, re.compile(rf"({_CN})[、.．：，,]")),
    (MarkStyle.BRACKETED_ARABIC, re.compile(r"（?(\d{1,2})）[、.．]?|（(\d{1,2})[、.]")),
    (MarkStyle.BRACKETED_ARABIC, _DECIMAL),
    (MarkStyle.ARABIC, re.compile(rf"(\d{{1,2}})(?:[.．]{_NO_FRACTION}|、|，)")),
    (MarkStyle.CIRCLED, re.compile(r"([①-⑳])[、.．]?")),
    (MarkStyle.DASH, re.compile(r"(?:——|—|[●■◆★▲►○◇□]|·)(?!\d)")),
)
_INLINE_STARTS = "[。；：！？，、”）》\n]"
_INLINE: tuple[tuple[MarkStyle, re.Pattern[str]], ...] = (
    (MarkStyle.BRACKETED_CHINESE, re.compile(rf"(?<={_INLINE_STARTS})（({_CN})）")),
    (
        MarkStyle.ORDINAL,
        re.compile(
            rf"(?<={_INLINE_STARTS})(?:第({_CN})(?:[，、：]|是(?=[^由]))|({'|'.join(_SEQUENCE_WORDS)})[，是要])"
        ),
    ),
    (MarkStyle.COUNTED, re.compile(rf"(?<={_INLINE_STARTS})({_CN})(?:是|要)(?![由否素件点求领闻])[，：]?")),
    (MarkStyle.ARABIC, re.compile(rf"(?<={_INLINE_STARTS})(\d{{1,2}})[.．、]{_NO_FRACTION}")),
    (MarkStyle.BRACKETED_ARABIC, re.compile(rf"(?<={_INLINE_STARTS})（?(\d{{1,2}})）")),
    (MarkStyle.CIRCLED, re.compile(r"([①-⑳])[、.．]?")),
)


def leading_mark(text: str, start: int, end: int) -> Mark | None:
    """Return the enumerator that ``text[start:end]`` begins with, or None."""
    for style, pattern in _LEADING:
        found = pattern.match(text, start, end)
        if found:
            return _mark(style, found)
    return None


def find_members(text: str, start: int, end: int) -> list[Mark]:
    """Return the marks of the outermost list inside a paragraph, or [] where there is none.

    A list begins with its first number (一是, （1）, 首先) after a stop, or with any number at the start of the range,
    and counts up; one doubled or skipped number is forgiven.
    """
    best: list[Mark] = []
    head = leading_mark(text, start, end)
    for style, pattern in _INLINE:
        members: list[Mark] = []
        if head is not None and head.style is style:
            members.append(head)
        for found in pattern.finditer(text, start, end):
            mark = _mark(style, found)
            if mark.start == start and members:
                continue
            if not members:
                if mark.number == 1:
                    members.append(mark)
            elif mark.number is not None and 0 <= mark.number - (members[-1].number or 0) <= 2:
                members.append(mark)
        if len(members) >= 2 and (not best or members[0].start < best[0].start):
            best = members
    return best


def _mark(style: MarkStyle, found: re.Match[str]) -> Mark:
    word = next((group for group in found.groups() if group), "") if found.re.groups else ""
    return Mark(style, _number(style, word), found.group(), found.start(), found.end())


def _number(style: MarkStyle, word: str) -> int | None:
    if style is MarkStyle.DASH or not word:
        return None
    if style is MarkStyle.CIRCLED:
        return ord(word) - ord("①") + 1
    if word in _SEQUENCE_WORDS:
        return _SEQUENCE_WORDS[word]
    value = parse_number(word)
    return int(value) if value is not None else None
