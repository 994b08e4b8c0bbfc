"""Which number of a sentence is meant, where it gives several of one kind: the total, the part, this year's share of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.matching.amounts import Counterpart, is_stock
from tracker.domain.matching.words import MatchingWords

INCREMENT = re.compile("新增|增加|新发展|新建|新培育|新登记|新开工|新引进|净增")
_THIS_YEAR = re.compile(
    "^[^。；]{0,30}(?:其中[^。；，]{0,6})?(?:年内|今年|本年|当年|年度|全年)?(?:新|年内|今年|当年|本年)[^，。；]{0,10}$"
)
_SUM = re.compile("(?:共计|合计|总计|共|累计)$")
_OF_WHICH = re.compile("^(?:[\u4e00-\u9fff]{0,8})(?:中|里|之中)，?")
NEAR_NUMBER = 24
"""How many characters before a number say of what kind it is."""


def meant(best: Counterpart, found: Sequence[Counterpart], increment: bool, words: MatchingWords) -> Counterpart:
    """Return the number that is meant by ``best`` or stands beside it in its sentence."""
    beside = sorted((one for one in found if one.claim is best.claim), key=lambda one: one.amount.start)
    after = [one for one in beside if one.amount.start > best.amount.end]
    text = best.claim.text
    if is_stock(best, words):
        # 累计31个，其中年内新批19个
        return next((one for one in after if _THIS_YEAR.search(text[best.amount.end : one.amount.start])), best)
    for one in after:
        between = text[best.amount.end : one.amount.start]
        if _SUM.search(between) and one.amount.value >= best.amount.value and len(between) <= NEAR_NUMBER:
            return one  # 市级12场、县级25场，共计37场
        if _OF_WHICH.match(between) and one.amount.value <= best.amount.value:
            return one  # 两名调查员中，一名已通过考试
    if not increment and INCREMENT.search(best.before[-NEAR_NUMBER:]):
        return next((one for one in after if is_stock(one, words)), best)  # 新增6所，总数达到33所
    return best
