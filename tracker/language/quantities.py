"""Measurable amounts in running text: value, unit, direction, period and what is counted.

Numbers inside dates, ordinals, document numbers, quotes, book titles and set phrases are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tracker.language.lexicon import Lexicon
from tracker.language.numerals import parse_number
from tracker.language.quantity_grammar import Grammar, grammar_of


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount found in a text. ``op`` is one of ``>= <= = ~ range``; ``per`` month, quarter, half_year, year, None."""

    what: str
    op: str
    value: float
    maximum: float | None
    unit: str
    per: str | None
    start: int
    end: int


_TIMES = ("次", "场", "期", "轮")
"""Units of what is done so often."""
_CONTEXT = 60
"""How far before a number its clause is looked at."""


def find_amounts(text: str, start: int, end: int, lexicon: Lexicon) -> list[Amount]:
    """Return the amounts in ``text[start:end]``, in order."""
    grammar = grammar_of(lexicon)
    closed = _closed_ranges(text, start, end)
    found: list[Amount] = []
    next_closed = 0
    for match in grammar.number.finditer(text, start, end):
        while next_closed < len(closed) and closed[next_closed][1] <= match.start():
            next_closed += 1
        if next_closed < len(closed) and closed[next_closed][0] <= match.start():
            continue
        value, maximum, unit = _value(match)
        if value is None or not unit or _is_part_of_name(text, match, grammar):
            continue
        clause = _clause_start(text, start, match.start())
        if unit in grammar.times and not _is_limit(text, clause, match, grammar):
            continue
        if unit == "个月" and text.startswith(("内", "以内", "之内"), match.end()):
            continue  # a deadline
        clause = max(clause, found[-1].end if found else clause)
        amount = _amount(text, clause, end, match, (value, maximum, unit), grammar)
        if found and (not amount.what or _SUM_WORDS.fullmatch(amount.what)):
            amount = replace(amount, what=found[-1].what)
        elif (
            not amount.what
            or _DATES.fullmatch(amount.what)
            or (grammar.bare.fullmatch(amount.what) and amount.what in text[clause : match.start()])
        ):
            amount = replace(amount, what=_from_clause_before(text, start, clause, grammar) or amount.what)
        found.append(amount)
    return found


_DATES = re.compile(r"(?:20\d{2}年|\d{1,2}月|[底末前、和]){2,8}")
_SUM_WORDS = re.compile(r"共|合计|共计|累计|总计|达|其中|分别")
_TITLES = re.compile(r"《[^《》\n]{1,60}》|“[^“”\n]{1,14}”|『[^』\n]{1,14}』|(?<![A-Za-z])[A-Za-z]{1,12}-?\d{1,6}")


def _closed_ranges(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the book titles and short quotes, in which numbers are part of a name."""
    return [found.span() for found in _TITLES.finditer(text, start, end)]


def _value(match: re.Match[str]) -> tuple[float | None, float | None, str]:
    if match.group("share"):
        return parse_number(match.group("share")), None, "%"
    if match.group("half"):
        return 50.0, None, "%"
    if match.group("tenth"):
        return 10 * (parse_number(match.group("tenth")) or 0), None, "%"
    if match.group("den"):
        parts, whole = parse_number(match.group("num")), parse_number(match.group("den"))
        return (round(100 * parts / whole, 2) if parts and whole else None), None, "%"
    if match.group("c"):
        most = parse_number(match.group("d")) if match.group("d") else None
        return parse_number(match.group("c")), most, (match.group("cm") or "") + match.group("cunit")
    magnitude = match.group("bm") or match.group("am") or ""
    unit = match.group("unit") or ("%" if match.group("ap") else "")
    if not unit and magnitude in ("万", "亿", "万亿"):
        return parse_number(match.group("a")), None, magnitude
    maximum = parse_number(match.group("b")) if match.group("b") else None
    return parse_number(match.group("a")), maximum, magnitude + unit if unit else ""


_THRESHOLD = re.compile(r"(?:及?以上|以下|之上)的[\u4e00-\u9fff]{2}")
"""So much and more, said of the things meant (1万立方米以上的取水口): whom it concerns, no target."""
_PLACES = re.compile(
    r"[\u4e00-\u9fff]{0,6}各(?![类项种级地])[\u4e00-\u9fff]{1,14}?(?:不少于|至少|\d|[一二两三四五六七八九十])"
)
"""So many places that each get something (在14个乡镇各配备2名): what each gets is the target."""


def _is_part_of_name(text: str, match: re.Match[str], grammar: Grammar) -> bool:
    before = text[max(0, match.start() - 8) : match.start()]
    if before[-1:] in ("第", ".", "·", "+", "＋") or text[match.end() : match.end() + 1] in ("+", "＋"):
        return True
    if before[-1:] in ("由", "从", "较") and re.match(
        r".{0,4}(?:增加|提高|提升|上升|压缩|压减|降|减少|缩短|增)", text[match.end() : match.end() + 8]
    ):
        return True
    if match.group("c"):
        if match.group("c") == "一" and not _is_counted_one(text, match, before, grammar):
            return True
        if match.group("c") in ("百", "千"):
            return True
        if match.group("cunit") == "期" and (
            grammar.phase_after.match(text, match.end()) or grammar.phase_before.search(before)
        ):
            return True
    if grammar.name_after.match(text, match.end()) or grammar.references.search(before):
        return True
    if _PLACES.match(text, match.end()) or (
        match.group("unit") in grammar.measures and _THRESHOLD.match(text, match.end())
    ):
        return True
    low = max(0, match.start() - 2)
    for idiom in grammar.idioms.finditer(text, low, min(len(text), match.end() + 6)):
        if idiom.start() <= match.start() < idiom.end():
            return True
    return False


def _is_counted_one(text: str, match: re.Match[str], before: str, grammar: Grammar) -> bool:
    """Say whether 一 counts: right after a counting word (开展一次), so often (每半年向人大报告一次工作), or 一次 at the end
    of a clause that acts."""
    if grammar.one_before.search(before):
        return True
    clause = text[_clause_start(text, 0, match.start()) : match.start()]
    if match.group("cunit") in _TIMES and grammar.recurring.search(clause):
        return True
    ends = text[match.end() : match.end() + 1] in ("", "，", "。", "；", "、", "\n") or grammar.after.match(
        text, match.end()
    )
    if match.group("cunit") in ("批", "份") or not ends:
        return False
    return bool(grammar.counting.search(clause))


def _is_limit(text: str, clause: int, match: re.Match[str], grammar: Grammar) -> bool:
    """Say whether a length of time is a target: 7天内, 不少于7天, 每月1天."""
    before = text[clause : match.start()]
    if before.endswith("月") or text.startswith(("前", "起", "至"), match.end()):
        return False
    compared = grammar.before.search(before[-9:]) or grammar.recurring.search(before)
    return bool(grammar.within.match(text, match.end()) or grammar.after.match(text, match.end()) or compared)


def _amount(
    text: str, clause: int, end: int, match: re.Match[str], value: tuple[float, float | None, str], grammar: Grammar
) -> Amount:
    before = text[clause : match.start()]
    number, maximum, unit = value
    within = grammar.within.match(text, match.end()) if unit in grammar.times else None
    if within:
        op, tail = "<=", within.end() - match.end()
    else:
        op, tail = _operator(before, text[match.end() : min(end, match.end() + 6)], grammar)
    stop = match.end() + tail
    what, per = _what(text, before, stop, end, unit, grammar)
    return Amount(what, "range" if maximum is not None else op, number, maximum, unit, per, match.start(), stop)


def _clause_start(text: str, start: int, at: int) -> int:
    low = max(start, at - _CONTEXT)
    return max(low, 1 + max(text.rfind(mark, low, at) for mark in "，。；：！？\n（"))


def _operator(before: str, after: str, grammar: Grammar) -> tuple[str, int]:
    tail = grammar.after.match(after)
    if tail:
        return grammar.ops_after[tail.group()], tail.end()
    head = grammar.before.search(before[-9:])
    return (grammar.ops_before.get(head.group("word"), "~"), 0) if head else (">=", 0)


def _from_clause_before(text: str, start: int, clause: int, grammar: Grammar) -> str:
    """Return the thing that the clause before speaks of (建立联席会议制度，每半年召开1次)."""
    if clause <= start + 2 or text[clause - 1] not in "，、；":
        return ""
    words = text[_clause_start(text, start, clause - 1) : clause - 1]
    opening = grammar.strip_front.match(words)
    return words[opening.end() :] if opening and opening.end() < len(words) else words


_BASELINE = re.compile(
    r"(?:由|从)[^，、]{1,12}?(?:增加|提高|提升|上升|扩大|压缩|压减|减少|降低?|缩短|增)(?:到|至|为)?(?:不少于)?$"
)
_TURNS = ("到", "赴", "进", "参加", "用于", "给", "对", "在", "由", "为", "向", "从", "入")
"""What follows a unit and begins so says where or for whom, not what is counted (选派骨干30名到镇街指导)."""
_NOUN_TEXT = r"[^，。；：！？、\n（）“”%\d以]{0,24}"
_NOUN = re.compile(rf"(?:“[^”\n]{{1,16}}”)?{_NOUN_TEXT}(?:（[^（）\n]{{1,10}}）{_NOUN_TEXT})?(?:“[^”\n]{{1,16}}”)?")


def _what(text: str, before: str, stop: int, end: int, unit: str, grammar: Grammar) -> tuple[str, str | None]:
    """Return what is counted (the noun after the unit, else the words before the number) and the period."""
    recurring = grammar.recurring.search(before)
    per = grammar.recurring_kind[recurring.group()] if recurring else None
    found = _NOUN.match(text, stop, min(end, stop + 40))
    after = found.group() if found else ""
    if after.startswith("的") and len(after) > 2 and unit != "%":
        after = after[1:]
    if (
        len(after) >= 2
        and not unit.endswith("元")
        and not after.startswith(("的", "和", "及", "并", "与", "，", "同比", "比", *_TURNS))
    ):
        return after.strip("的"), None if per == "week" else per
    head = _BASELINE.sub("", grammar.recurring.sub("", before)).lstrip("、和及与并，")
    opening = grammar.strip_front.match(head)
    head = head[opening.end() :] if opening else head
    while (trimmed := grammar.strip_back.search(head)) and trimmed.start():
        head = head[: trimmed.start()]
    return head.strip("、，的") or after, None if per == "week" else per
