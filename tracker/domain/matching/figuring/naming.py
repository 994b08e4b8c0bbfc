"""Ways of reading how many by names: a report that names things one by one instead of counting them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.domain.matching.figuring.targets import PEOPLE, THINGS, Target, each_named
from tracker.domain.matching.figuring.vocabulary import figure_words
from tracker.domain.matching.figuring.ways import EXACT, Scene, Way
from tracker.domain.matching.promises import name_of
from tracker.domain.matching.steps import step_of
from tracker.domain.matching.words import MatchingWords

NAMEABLE = frozenset((*THINGS, *PEOPLE, "户", "套", "台", "宗", "册", "篇", "类", "大"))
LONGEST_NAME = 18
_AND = re.compile(r"、|和(?!谐|美|解)|与|以及|(?<!普)及(?!格|时|早|其)")
_DATE = re.compile(r"^(?:于|在)?(?:\d{1,2}月(?:\d{1,2}日|[初中底末]|[上中下]旬)?|\d{1,2}日|年内|全年|今年)，?")
_LEAD = re.compile(r"^.*(?:指导|支持|推动|帮助|其中|组织|针对|围绕|聘请|会同|联合|主动与|以及|涵盖|引入|对|在|将|为)")
_PLACE = re.compile(
    r"(?:村|社区|街道|镇|乡|路|街|大道|校|学|园|站|中心|厂|院|馆|桥|段|小区|公司|景区|广场|线|里|苑|司|局|城|区|业|矿|所|库|店|室|基地|队|企业|集团|场|屯|寨|楼|湖|山|点|廊|墙|委|办|厦|县|市|州|部|号)$"
)
_TITLE = re.compile(r"《[^《》]{2,40}》")
_QUOTE = re.compile(r"“[^“”]{2,16}”")
_LEAD_OF_NAME = re.compile(r"^(?:结合|围绕|依托|利用|借助|抓住|针对|聚焦|通过|打击|开展|引入)(?=.{2})")


def names(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield how many things of the promised kind a sentence names."""
    if target.share or (target.base not in NAMEABLE and not target.events) or target.recurs:
        return
    yield from _lists(scene, target, words)
    yield from _titles(scene, target)
    yield from _one(scene, target, words)


def promised_names(scenes: Sequence[Scene], target: Target) -> Iterator[Way]:
    """Yield how many of the names that a promise gives and counts stand in the passages."""
    promise = target.promise
    quoted = re.findall(r"“([^“”]{2,16})”", promise.text)
    given = (
        quoted
        if len(quoted) > 1
        else list(each_named(promise.text)) or [_LEAD_OF_NAME.sub("", one) for one in promise.elements]
    )
    if target.share or len(given) < 2 or target.value != len(given):
        return
    found = [name for name in given if any(_stands(name, scene.text) for scene in scenes)]
    if found:
        note = f"报告点名{len(found)}个：" + "、".join(found)
        yield Way(float(len(found)), "promised_names", note, scenes[0], 0, len(scenes[0].text))


def _stands(name: str, text: str) -> bool:
    short = name_of(name)
    return (
        name in text or (len(name) >= 4 and name[:4] in text) or (len(short) == 2 and len(name) <= 4 and short in text)
    )


def _lists(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield how many names stand in a row, in one clause or in neighbouring ones."""
    total, rows, first = 0, 0, 0
    for low, high in _clauses(scene):
        found = named_in(scene.text[low:high])
        if not found:
            continue
        marks = {
            "names_places": sum(bool(_PLACE.search(name)) for name in found) / len(found),
            "names_open": float("等" in scene.text[low:high]),
            "names_counted": float(any(low <= one.start < high for one in scene.numbers)),
            "names_single": float(len(found) == 1),
            "names_finished": float(step_of(scene.text[low:high], words) in ("finished", "delivered")),
            "names_under_way": float(step_of(scene.text[low:high], words) in ("progress", "preparing", "started")),
            "names_more_than_promised": float(len(found) > target.value),
        }
        note = f"报告点名{len(found)}个：" + "、".join(found)
        yield Way(float(len(found)), "names", note, scene, low, high, EXACT, marks)
        total, rows, first = total + len(found), rows + 1, first if rows else low
    if rows > 1:
        note = f"报告先后点名{total}个"
        yield Way(float(total), "names", note, scene, first, len(scene.text), EXACT, {"names_of_clauses": 1.0})


def _clauses(scene: Scene) -> Iterator[tuple[int, int]]:
    at = 0
    for clause in scene.claim.clauses:
        yield at, at + len(clause.text)
        at += len(clause.text)


def named_in(clause: str) -> list[str]:
    """Return the names in a row with which a clause begins, before what was done with them."""
    text = _DATE.sub("", clause.strip("，。；、 "))
    act = figure_words()["act"].search(text, 2)
    head = text[: act.start()] if act else text
    parts = [part for part in _AND.split(head) if part]
    if len(parts) < 2 and act is None:
        return []
    if parts:
        parts[0] = _LEAD.sub("", parts[0])
    if parts and "的" in parts[-1] and _PLACE.search(parts[-1].split("的")[0]):
        parts[-1] = parts[-1].split("的")[0]
    if (
        re.search(r"\d", head)
        or any("的" in part for part in parts)
        or not all(2 <= len(part) <= LONGEST_NAME for part in parts)
    ):
        return []
    if len(parts) == 1 and not _PLACE.search(parts[0]):
        return []
    return parts


def _titles(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield how many titles or quoted names a clause or the sentence gives."""
    for kind, pattern in (("titles", _TITLE), ("quotes", _QUOTE)):
        spans = [*_clauses(scene), (0, len(scene.text))] if len(scene.claim.clauses) > 1 else [(0, len(scene.text))]
        for low, high in spans:
            found = list(dict.fromkeys(pattern.findall(scene.text[low:high])))
            if not found:
                continue
            marks = {
                f"{kind}_document": float(target.base in ("件", "部", "项", "个", "份")),
                f"{kind}_open": float("等" in scene.text[low:high]),
                f"{kind}_sentence": float((low, high) == (0, len(scene.text)) and len(scene.claim.clauses) > 1),
                f"{kind}_more": float(len(found) > target.value),
            }
            yield Way(float(len(found)), kind, f"报告点名{len(found)}件", scene, low, high, EXACT, marks)


def _one(scene: Scene, target: Target, words: MatchingWords) -> Iterator[Way]:
    """Yield one thing where the answering clause tells, without a number, of something finished."""
    if scene.low >= scene.high or (target.ceiling and target.value):
        return  # few of something were promised: that something else was done tells nothing of how many
    clause = scene.text[scene.low : scene.high]
    marks = {
        "one_finished": float(step_of(clause, words) in ("finished", "delivered")),
        "one_promised": float(target.value == 1),
        "one_numbered": float(any(scene.low <= one.start < scene.high for one in scene.numbers)),
    }
    note = "报告称已完成，未写数量" if target.value == 1 else "报告只说到一个"
    yield Way(1.0, "one", note, scene, scene.low, scene.high, EXACT, marks)
