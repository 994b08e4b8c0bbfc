"""Places in a ranking: a promise to come among the first so many, and the place that a report tells of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.domain.documents import Quantity
from tracker.domain.matching.figuring.targets import Target
from tracker.domain.matching.figuring.vocabulary import endings
from tracker.domain.matching.figuring.ways import EXACT, Scene, Way
from tracker.language.numerals import parse_number

UNIT = "位次"
"""The unit of a place; 位 counts people."""
_PLACE = r"(?P<place>\d{1,3}|[一二三四五六七八九十]{1,3})"
_AMONG = re.compile(
    rf"(?P<name>[^，。；：]{{0,24}}?)(?:进入|跻身|迈入|挺进|冲进|升至|保持在?|稳定在|稳居|位居|位列|列|居|进)"
    rf"[^，。；、\d]{{0,12}}?前{_PLACE}(?:[名位强](?![^，。；、的]{{0,3}}企业)|(?=[，。；]|$))"
)
_TOLD = re.compile(rf"第{_PLACE}(?:[名位](?!次)|(?=[，。；、（]|$))")


def promised_rank(text: str) -> Iterator[Quantity]:
    """Yield the place that a promise wants to reach (进入全省前20名)."""
    found = _AMONG.search(text)
    place = parse_number(found.group("place")) if found else None
    if found and place:
        yield Quantity(found.group("name") or "排名", "<=", place, UNIT)


def ranks(scene: Scene, target: Target) -> Iterator[Way]:
    """Yield the places that a sentence tells of (列全省第27位), where one was promised."""
    if target.base != UNIT:
        return
    for found in _TOLD.finditer(scene.text):
        place = parse_number(found.group("place"))
        if place:
            marks = {"rank_before": float(bool(endings()["prior"].search(scene.before(found.start()))))}
            note = f"报告称“{found.group()}”"
            yield Way(place, "rank", note, scene, found.start(), found.end(), EXACT, marks)
