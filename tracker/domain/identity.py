"""Who reports, on which year, and for which year the plan is: read from title, salutation, signature and headings."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass

from tracker.domain.outline import Line
from tracker.domain.titles import find_title, looks_like_unit
from tracker.language.lexicon import Lexicon
from tracker.language.numerals import parse_number


@dataclass(frozen=True, slots=True)
class Identity:
    """Title, unit and report year as far as the text says; ``reasons`` in Chinese."""

    title: str | None
    unit: str | None
    report_year: int | None
    notices: tuple[str, ...] = ()


_YEARS = re.compile(r"(?<!\d)(?P<first>20\d{2})(?=年?[—\-～至和、]{1,2}20\d{2}年(?!.{0,4}(?:实施|规划|纲要|）)))")
"""Several years at once (2024—2025年工作打算): the first is meant."""
YEAR = re.compile(r"(?P<year>20\d{2}|二〇[一二三四五六七八九〇]{2}|二O[一二三四五六七八九O]{2})年")
_UNIT_CUT = re.compile(
    r"^(?:关于)?(?P<unit>.{2,40}?)(?=关于|20\d\d|二〇|推进|法治政府|法治建设|依法行政|依法治[^县市区省]|贯彻|落实|政府工作报告|工作报告|工作总结|工作情况|年度|党政主要负责人|主要负责人|述法)"
)
_LEADING_YEAR = re.compile(r"^(?:关于)?(?:20\d{2}|二〇[一二三四五六七八九〇]{2})年(?:度|上半年|下半年)?")
_ON_BEHALF = re.compile(
    r"代表(?P<unit>[\u4e00-\u9fff]{0,12}?(?:人民政府|省政府|市政府|县政府|区政府|州政府|镇政府|乡政府))"
)
_CONGRESS = re.compile(
    r"在(?P<place>[\u4e00-\u9fff]{2,9}?(?:省|自治区|市|自治州|州|盟|自治县|县|区|旗))(?:第)?[一二三四五六七八九十]{1,3}届人(?:民代表大会|大)"
)
_SIGNATURE_DATE = re.compile(r"^(?:20\d{2}|二〇[一二三四五六七八九〇]{2})年\d{0,2}[一二三四五六七八九十]{0,3}月")
_WITH_PARTY = re.compile(
    r"中共.{2,20}?(?:委员会|[县市区镇乡省州旗]委(?!员会)|工委|工作委员会|党组)(?P<government>.{2,30}(?:人民政府|办事处|管委会|管理委员会))"
)
"""Party and government report together; the government is the unit."""
_ALIAS = re.compile(r"(?P<unit>(?P<place>[\u4e00-\u9fff]{2})[\u4e00-\u9fff]{2,24})（(?P=place)[\u4e00-\u9fff]{3,24}）")
"""A second full name in brackets."""
_PARTY_GROUP = re.compile(r"(?:中共)?(?P<unit>.{3,30}[局委办厅院所站社会场部队])(?:党组|党委|党总支|党支部)")
"""The party group of a bureau reports for the bureau."""
_LAST_TITLE_LINE = 40
_OPENING_LENGTH = 700
_OPENING = re.compile(
    r"现将(?P<reported>[^，。：\d]{2,25}?)(?:20\d{2}|本年|法治)"
    r"|(?:20\d{2}年(?:度|以来)?|一年来|今年以来|年初以来)，?(?:在[^，。]{2,30}，){0,2}(?P<acting>[^，。：\d]{2,20}?)(?=坚持|认真|深入|紧紧|严格|全面|始终|以|高度|扎实|积极|按照|围绕|在)"
)
_ISSUER = re.compile(
    r"(?:发文机关|发布机构|发布单位|公开主体|制发单位|信息来源|文章来源|来源)[：｜]{1,2}(?P<unit>[\u4e00-\u9fff（）]{3,30})"
)
_REVIEW = re.compile(r"回顾|开展情况|主要工作|工作情况")
_SESSION = re.compile(r"20\d\d年\d{1,2}月\d{1,2}日[^\n]{0,40}?(?:届人|会议)")
_LEVELS = frozenset("省市县区州镇乡")
_SHORTEST_BUREAU = 4


def year_in(words: str) -> int | None:
    """Return the first year named in ``words``."""
    several = _YEARS.search(words)
    if several:
        return int(several.group("first"))
    found = YEAR.search(words)
    if not found:
        return None
    value = parse_number(found.group("year").replace("O", "〇"))
    return int(value) if value is not None else None


def read_identity(text: str, lines: list[Line], lexicon: Lexicon) -> Identity:
    """Return title, unit and report year of a report."""
    title = find_title(text, lines, lexicon)
    is_work_report = (
        "政府工作报告" in (title or "") or "届人民代表大会" in text[:400] or bool(_ON_BEHALF.search(text[:800]))
    )
    unit = _unit(text, lines, title, is_work_report, lexicon)
    return Identity(title, unit, _report_year(text, lines, title, is_work_report))


def _report_year(text: str, lines: list[Line], title: str | None, is_work_report: bool) -> int | None:
    named = year_in(title or "")
    reviewed = _reviewed_year(text, lines)
    if is_work_report:
        spoken = _spoken_year(text)
        return reviewed or (spoken - 1 if spoken else None) or (named - 1 if named else None)
    if named is not None:
        return named
    if reviewed is not None:
        return reviewed
    years = Counter(
        int(value)
        for found in YEAR.finditer(text[:1500])
        if (value := parse_number(found.group("year").replace("O", "〇")))
    )
    return years.most_common(1)[0][0] if years else None


def _reviewed_year(text: str, lines: list[Line]) -> int | None:
    """Return the one year that the first review heading names."""
    for line in lines[:40]:
        words = text[line.start : min(line.end, line.start + 60)]
        if line.title is not None and _REVIEW.search(words):
            years = {found.group("year") for found in YEAR.finditer(words)}
            return year_in(words) if len(years) == 1 else None
    return None


def _spoken_year(text: str) -> int | None:
    """Return the year of the session at which a 政府工作报告 was delivered."""
    congress = _SESSION.search(text[:800])
    return year_in(congress.group()) if congress else None


def _unit(text: str, lines: list[Line], title: str | None, is_work_report: bool, lexicon: Lexicon) -> str | None:
    if is_work_report:
        return _government(text, lexicon) or _from_title(title, lexicon)
    return (
        _completed(text, _from_title(title, lexicon))
        or _below_title(text, lines, title, lexicon)
        or _signature(text, lines, lexicon)
        or _from_opening(text, lexicon)
        or _from_page(text, lines, lexicon)
        or _government(text, lexicon)
    )


def _from_title(title: str | None, lexicon: Lexicon) -> str | None:
    if not title:
        return None
    words = _LEADING_YEAR.sub("", title[title.find("关于印发") + 4 :] if "关于印发" in title else title)
    found = _UNIT_CUT.match(words)
    if not found:
        return None
    unit = found.group("unit").strip("的")
    joint = _WITH_PARTY.fullmatch(unit)
    unit = joint.group("government") if joint else unit
    alias = _ALIAS.fullmatch(unit)
    unit = alias.group("unit") if alias else unit
    inner = _PARTY_GROUP.fullmatch(unit)
    unit = inner.group("unit") if inner else unit
    return unit if len(unit) >= 2 and looks_like_unit(unit, lexicon) else None


def _completed(text: str, unit: str | None) -> str | None:
    """Return a unit's name with the place that its title leaves out (区市场监督管理局), as the text tells it."""
    if unit is None or unit[0] not in _LEVELS or len(unit) < _SHORTEST_BUREAU:
        return unit
    longer = Counter(re.findall(rf"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{{1,9}}{re.escape(unit)}", text))
    return longer.most_common(1)[0][0] if longer else unit


def _below_title(text: str, lines: list[Line], title: str | None, lexicon: Lexicon) -> str | None:
    """Return the unit that stands on a line of its own right under the title."""
    if not title:
        return None
    words = [text[line.start : line.end] for line in lines[:_LAST_TITLE_LINE]]
    below = next((index for index, line in enumerate(words) if line and title.endswith(line)), None)
    if below is None:
        return None
    named = [line for line in words[below + 1 : below + 4] if looks_like_unit(line, lexicon)]
    return next((line for line in named if not line.startswith("中共")), named[0] if named else None)


def _from_opening(text: str, lexicon: Lexicon) -> str | None:
    """Return the unit that the first sentences speak of (现将青石镇2023年……, 2023年，青石街道坚持……)."""
    for found in _OPENING.finditer(text[:_OPENING_LENGTH]):
        unit = found.group("reported") or found.group("acting")
        if looks_like_unit(unit, lexicon) and not unit.startswith(("我", "全", "各", "本")):
            return unit
    return None


def _from_page(text: str, lines: list[Line], lexicon: Lexicon) -> str | None:
    """Return the unit that the page's head names as issuer."""
    for line in lines[:_LAST_TITLE_LINE]:
        found = _ISSUER.search(text, line.start, line.end)
        if found and looks_like_unit(found.group("unit"), lexicon):
            return found.group("unit")
    return None


def _signature(text: str, lines: list[Line], lexicon: Lexicon) -> str | None:
    tail = lines[-6:]
    for before, after in itertools.pairwise(tail):
        words = text[before.start : before.end]
        if (
            len(words) <= 40
            and _SIGNATURE_DATE.match(text[after.start : after.end])
            and looks_like_unit(words, lexicon)
        ):
            return words
    return None


def _government(text: str, lexicon: Lexicon) -> str | None:
    spoken = _ON_BEHALF.search(text[:1500])
    unit = spoken.group("unit") if spoken else ""
    if len(unit) > 6 or (unit and not re.match(r"[省市县区州镇乡]?(?:人民)?政府|[省市县区州镇乡]人民", unit)):
        return unit
    congress = _CONGRESS.search(text[:600])
    place = congress.group("place") if congress else _commonest_place(text, unit, lexicon)
    if not place:
        return unit or None
    full = f"{place}人民政府"
    return full if full in text else place


_PRAISED = re.compile(
    r"(?:贡献|谱写|现代化|开创|建设|推动|推进|平安|健康|美丽|数字|法治|幸福|大美|绿美|活力|品质|文明|书写|展现|为)(?P<name>[\u4e00-\u9fff]{2,3}?)"
    r"(?=篇章|力量|实践|新篇|样板|更加|新局面|建设|高质量|方案|经验|智慧|担当|贡献|答卷|发展|，)"
)
_LEAST_NAMED = 8


def _commonest_place(text: str, unit: str, lexicon: Lexicon) -> str | None:
    """Return the place that the report praises by name, with its level: for texts that only say 我市, 市人民政府."""
    level = next((char for char in unit if char in _LEVELS), None)
    if level is None:
        counts = Counter(re.findall(r"[全我]([省市县区州镇乡])", text))
        level = counts.most_common(1)[0][0] if counts else None
    if level is None:
        return None
    praised = Counter(found.group("name") for found in _PRAISED.finditer(text))
    generic = lexicon.pattern("organisations.not_places", "verbs.plain")
    ranked = sorted(
        (-count * text.count(name), -text.count(name), name)
        for name, count in praised.items()
        if not generic.search(name) and (level == "省" or name not in lexicon.words("organisations.provinces"))
    )
    name = next((name for _, total, name in ranked if -total >= _LEAST_NAMED), None)
    if name is None:
        return None
    return name if name.endswith(level) else name + level
