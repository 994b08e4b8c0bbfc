"""Targets that stand in the wording alone: none at all (零败诉), all of them (全覆盖), twice as much (翻番), a place (前三)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tracker.domain.documents import Quantity
from tracker.domain.matching.figuring.ranking import promised_rank
from tracker.domain.matching.figuring.scan import SHARE_IN_WORDS, share_of
from tracker.domain.matching.figuring.vocabulary import figure_words
from tracker.domain.matching.promises import Promise

LONGEST = 14
"""So many characters before the word are the target's name."""
_CLAUSE = re.compile("[，。；：（）]")
_SUBJECT = re.compile("以?上?的?(?P<name>[\u4e00-\u9fff]{2,14})")
"""What so large a share of is promised, where the promise begins with it."""
_SIZE = re.compile(
    "(?:打造|培育|建设|形成|壮大|做强|突破|迈上|迈入)[^，。；\\d]{0,8}?(?P<size>[十百千])亿(?:元)?级?(?P<name>[^，。；]{2,14})"
)
_SIZES = {"十": 10.0, "百": 100.0, "千": 1000.0}


def worded_targets(promise: Promise) -> list[Quantity]:
    """Return the targets that a promise gives in words; beside a target in numbers only that nothing may happen."""
    found: list[Quantity] = []
    if not any(one.value == 0 for one in promise.quantities) and (none := _nothing().search(promise.text)):
        found.append(Quantity(none.group().strip("“”"), "<=", 0.0, "件"))
    if not promise.quantities and not found:
        text = promise.text
        found.extend(
            _share_in_words(text) or [*promised_rank(text)] or [*_size_in_words(text)] or _all_or_more(promise)
        )
    return found


def _share_in_words(text: str) -> list[Quantity]:
    """Return the share that a promise gives in words (九成五以上, 下降两成, 过半, 七成以上的村…)."""
    said = SHARE_IN_WORDS.search(text)
    if said is None or not (value := share_of(said)):
        return []
    subject = _SUBJECT.match(text, said.end()) if not text[: said.start()].strip("，力争使让") else None
    if subject:
        return [Quantity(subject.group("name"), ">=", value, "%")]
    name = _CLAUSE.split(text[: said.start()])[-1]
    if not figure_words()["share_named"].search(name):
        return []
    ceiling = figure_words()["at_most"].search(name + text[said.end() : said.end() + 2])
    return [Quantity(name[-LONGEST:], "<=" if ceiling else ">=", value, "%")]


def _size_in_words(text: str) -> Iterator[Quantity]:
    """Yield the size that a promise names a thing by (打造百亿级产业集群)."""
    found = _SIZE.search(text)
    if found:
        yield Quantity(found.group("name"), ">=", _SIZES[found.group("size")], "亿元")


def _all_or_more(promise: Promise) -> Iterator[Quantity]:
    """Yield a doubling, a halving, or all of them; of a list of names each is looked for by name instead."""
    words, text = figure_words(), promise.text
    one = len(promise.elements) < 2 and not promise.is_member
    for kind, op, value in (("doubled", ">=", 100.0), ("halved", ">=", 50.0), ("whole", ">=", 100.0)):
        said = words[kind].search(text) or (words["whole_first"].match(text) if kind == "whole" and one else None)
        if said is None or words["whole_not"].search(text):
            continue
        name = _CLAUSE.split(text[: said.start()])[-1] or text[said.end() : said.end() + LONGEST]
        ending = {"doubled": "增长", "halved": "减少"}.get(kind, "覆盖")
        yield Quantity(f"{name[-LONGEST:]}{ending}", op, value, "%")
        return


@lru_cache(maxsize=1)
def _nothing() -> re.Pattern[str]:
    """Return the pattern of a promise that nothing bad happens (零事故, 不发生…, 防止…发生)."""
    words = figure_words()
    bad = words["bad_events"].pattern
    return re.compile(
        rf"[“]?零[“”]?{bad}|{bad}[^，。；、]{{0,6}}(?:为零|零发生|保持零|实现零|“零”)"
        rf"|(?:不|未|无)(?:再)?(?:发生|出现)(?:[\u4e00-\u9fff]{{2,8}})?|(?:防止|杜绝)[^，。；]{{2,16}}?发生|[不无](?:脱管|漏管)"
    )
