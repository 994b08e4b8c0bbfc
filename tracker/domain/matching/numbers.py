"""Numbers of a report that a list of targets would not have: in words, as fractions, named one by one, month by month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.documents import Quantity
from tracker.domain.matching.units import number_text, same_unit, split_unit, unit_pattern
from tracker.domain.matching.words import MatchingWords
from tracker.language.lexicon import Lexicon
from tracker.language.numerals import parse_number
from tracker.language.quantities import Amount, find_amounts

NAMED_IN_TURN = ("个", "家", "处", "所", "座", "条", "村", "支", "部", "名", "户", "间", "块", "片")
"""Units of things that a report may name one by one instead of counting them."""
EVENTS = ("次", "场", "期", "场次", "批次", "批", "轮", "堂", "节", "回", "讲", "课")
_STRETCH = re.compile(
    r"(?:第?[一二三四1-4]季度|[上下]半年|十[一二]月|[一二三四五六七八九十]月|\d{1,2}月)(?:份|初|底|末|中旬|上旬|下旬)?"
)
_STRETCHES = re.compile(rf"{_STRETCH.pattern}(?:[、和及与]{_STRETCH.pattern})+")
_EACH = re.compile(r"(?:分别|均|各)[^，。；]{0,12}?")
_SHARE = re.compile(
    r"百分之(?P<percent>[一二三四五六七八九十百]{1,4}|\d{1,3}(?:\.\d{1,2})?)"
    r"|(?P<tenth>[一二三四五六七八九])成(?![立为效果本都熟])"
    r"|(?P<under>[二三四五六七八九十])分之(?P<over>[一二三四五六七八九])|(?P<half>一半|半数|过半)"
)
_WAS = re.compile(r"(?:由|从|较|比|原先?的?|原来的?)[^，。；、\d]{0,6}$")
_BECAME = re.compile(r"[^，。；]{0,4}(?:调整|压缩|压减|缩短|提高|提升|增加|增至|增|降|减|扩|上升|增长|变)")
_DID = re.compile("(?:已|获|通过|被|建成|完成|顺利)")
_HONOUR = re.compile("(?:成功|均|双双|先后|分别)?(?:获|入选|被评|被命名|创成|通过|揭牌|挂牌|建成|启用|荣获|投用)")
_DATE = re.compile(r"(?:于|在)?(?:\d{1,2}月(?:\d{1,2}日|[初中底末]|[上中下]旬)?|\d{1,2}日)")
_NAMES = re.compile(r"[、和与及]")
_PLACE = re.compile(
    r"(?:村|社区|街道|镇|乡|路|街|大道|校|学|园|站|中心|厂|院|馆|桥|段|小区|公司|景区|广场|线|里|苑|司|局|城|区|业|矿|所|库|店|室|基地|队|企业|集团|场|屯|寨|楼|湖|山|点)$"
)
_ACT = re.compile(
    r"(?:被|获|入选|通过|创成|成功|顺利|建成|完成|全部|均|已|先后|双双|分别|的|完工|竣工|投入|投用|开放|挂牌|试行|试点|开工|启用|落成|荣)"
)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A number worked out from what a report says, and how."""

    value: float
    note: str


def numbers_in(
    text: str, start: int, end: int, quantity: Quantity, lexicon: Lexicon, words: MatchingWords
) -> list[Amount]:
    """Return the amounts of a clause that count what the target counts, in order."""
    _, base = split_unit(quantity.unit, words)
    found = [
        amount
        for amount in find_amounts(text, start, end, lexicon)
        if same_unit(base, split_unit(amount.unit, words)[1], words) and not _was_before(text, amount.start, amount.end)
    ]
    taken = [(amount.start, amount.end) for amount in found]
    more = _shares(text, start, end) if base == "%" else _counted(text, start, end, base, words)
    found += [one for one in more if not any(low < one.end and one.start < high for low, high in taken)]
    return sorted(found, key=lambda amount: amount.start)


def _was_before(text: str, start: int, end: int) -> bool:
    """Say whether a number only tells what was before (由15个工作日调整为6个)."""
    return bool(_WAS.search(text[max(0, start - 10) : start]) and _BECAME.match(text, end))


def _counted(text: str, start: int, end: int, base: str, words: MatchingWords) -> list[Amount]:
    found: list[Amount] = []
    for match in unit_pattern(base, words).finditer(text, start, end):
        number, value = match.group(1), parse_number(match.group(1))
        before = text[max(start, match.start() - 1) : match.start()]
        if value is None or _was_before(text, match.start(), match.end()) or before in ("第", "月", "年", "每", "逐"):
            continue
        alone = before in ("，", "、", "") and _DID.match(text, match.end())
        if (
            number == "一"
            and not alone
            and not re.search(
                r"(?:各|共|分别|集中|组织|开展|举办|召开|进行|为)[^，]{0,14}$", text[start : match.start()]
            )
        ):
            continue
        op = "~" if re.search(r"[近约]$", before) else ">="
        unit = (match.group(2) or "") + match.group(3)
        found.append(Amount("", op, value, None, unit, None, match.start(), match.end()))
    return found


def _shares(text: str, start: int, end: int) -> list[Amount]:
    found: list[Amount] = []
    for match in _SHARE.finditer(text, start, end):
        value = share_of(match)
        if value is not None:
            found.append(Amount("", "~", value, None, "%", None, match.start(), match.end()))
    return found


def share_of(match: re.Match[str]) -> float | None:
    """Return a share in words as a percentage."""
    if match.group("percent"):
        return parse_number(match.group("percent"))
    if match.group("tenth"):
        return 10 * (parse_number(match.group("tenth")) or 0)
    if match.group("half"):
        return 50.0
    over, under = parse_number(match.group("over")), parse_number(match.group("under"))
    return round(100 * over / under, 1) if over and under else None


def part_of(text: str, amount: Amount) -> Reckoned | None:
    """Return the number where only a share of it is meant (十八个社区已有三分之二完成)."""
    stop = next((at for at in range(amount.end, len(text)) if text[at] in "，。；"), len(text))
    match = _SHARE.search(text, amount.end, stop)
    if match is None or re.search(r"\d", text[amount.end : stop]):
        return None
    share = share_of(match)
    if share is None or share >= 100:
        return None
    exact = (
        (parse_number(match.group("over")) or 0) / (parse_number(match.group("under")) or 1)
        if match.group("over")
        else share / 100
    )
    return Reckoned(round(amount.value * exact, 1), f"按“{match.group()}”折算")


def times_named(text: str, quantity: Quantity, words: MatchingWords) -> Reckoned | None:
    """Return how often something took place where the report names the months or quarters (4月、10月分别组织一次)."""
    if split_unit(quantity.unit, words)[1] not in EVENTS:
        return None
    for row in _STRETCHES.finditer(text):
        count = len(_STRETCH.findall(row.group()))
        after = text[row.end() : row.end() + 24].split("，")[0]
        each = _EACH.match(after)
        number = unit_pattern(split_unit(quantity.unit, words)[1], words).search(after)
        value = parse_number(number.group(1)) if number else 1.0
        if each and value:
            return Reckoned(count * value, f"报告写明{row.group()}各{number_text(value)}{quantity.unit}，合计比较")
        if number and value and value == count:
            return Reckoned(value, "报告逐次写明月份")
    parts = [one for one in re.split("[、，；]", text) if _STRETCH.match(one.strip())]
    if len(parts) >= 2 and not any(
        unit_pattern(split_unit(quantity.unit, words)[1], words).search(one) for one in parts
    ):
        return Reckoned(float(len(parts)), "报告逐次写明时段，按次数合计")
    return None


def named_in_turn(text: str, quantity: Quantity, words: MatchingWords) -> Reckoned | None:
    """Return how many things of the promised kind a clause names one by one (滨河路、书院街获评…)."""
    text = _DATE.sub("", text)
    if split_unit(quantity.unit, words)[1] not in NAMED_IN_TURN or re.search(r"\d|等", text.split("“")[0]):
        return None
    act = _ACT.search(text, 2)
    if act is None:
        return None
    names = [name.strip() for name in _NAMES.split(text[: act.start()])]
    names = [re.sub(r"^.*(?:指导|支持|推动|帮助|其中|在)", "", name) for name in names]
    sure = len(names) > 1 and _HONOUR.match(text, act.start())
    if not all(2 <= len(name) <= 14 and (sure or _PLACE.search(name)) for name in names):
        return None
    if len(names) == 1 and quantity.value < 2:
        return None
    return Reckoned(float(len(names)), f"报告点名{len(names)}个：" + "、".join(names))


def in_turn(text: str, quantities: Sequence[Quantity], quantity: Quantity, lexicon: Lexicon) -> float | None:
    """Return the number in the same place of a row (分别增长3.4%、5.2%) as the target in its own; None without one."""
    same = [one for one in quantities if one.what == quantity.what and one.unit == quantity.unit]
    if len(same) < 2:
        return None
    row = re.search(r"分别[^，。；、]{0,10}?(?=\d)", text)
    if row is None:
        return None
    stop = next((at for at in range(row.end(), len(text)) if text[at] in "，。；"), len(text))
    values = [one.value for one in find_amounts(text, row.end(), stop, lexicon) if one.unit == quantity.unit]
    place = next(at for at, one in enumerate(same) if one is quantity)
    return values[place] if len(values) == len(same) else None
