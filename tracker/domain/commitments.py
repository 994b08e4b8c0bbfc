"""An item cut into commitments: one action with one object each, nothing lost between them."""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.domain.outline import Range
from tracker.language.lexicon import Lexicon, alternatives
from tracker.language.sentences import split_clauses, split_sentences

_SHORTEST = 6
_TIME_FRONT = r"(?:[一二三四1-4]季度|[上下]半年|年内|年底前|全年|\d{1,2}月(?:底|份)?前?|每[月年周]|每季度|，){0,4}"
_CONCRETE = re.compile(
    r"\d|《|“|全覆盖|[一二两三四五六七八九十]{1,2}(?:个|名|次|场|处|家|所|件|项|期|部|条|批|轮|座|支)"
)
"""What makes a clause answerable by itself: a number, a name, all of them."""
_FOR_WHOM = re.compile("在|为|对|向|面向|与|会同|联合|给|将|把|针对")
"""What may stand before the verb and yet open an action (在重点区域安装…), other than manner (通过…, 围绕…)."""
_MEASURED = re.compile(
    r"(?!其中|共|累计|总投资|总面积|面积|总|约|计划|涉及|惠及|带动|覆盖|服务|年产|预计|占地|长|宽)[^，\d《]{2,28}"
    r"(?:率|比例|占比|比重|数|量|时限|时间|时长|周期|人数|次数|频次|满意度|投诉|案件|事项)[^，。；]{0,12}?"
    r"(?:\d|[一二三四五六七八九]成|一半|翻番|百分之)"
)
"""A measure with its own target (调解员持证上岗率达到80%)."""
_TARGETED = re.compile(
    r"(?!其中|共|累计|总投资|总面积|面积|总|约|计划|涉及|惠及|带动|服务|年产|预计|占地|长|宽|每|各|以|全年|年内)[^，\d《]{3,30}"
    r"(?:每[月季年周]度?|每半年|每学期)?(?:不少于|不低于|不超过|不高于|达到|控制在|至少|增至|覆盖全部|减至)\d"
    r"|[^，\d《]{2,10}(?:开展|培训|召开|通报|报告|巡查|走访|接访|调度|会商|讲评)[^，\d]{0,6}(?:\d|[一两二三四])(?:次|场|期|轮|遍)"
    r"|新[^，\d《]{2,10}\d[\d.万]*[\u4e00-\u9fff]{1,3}(?:以上)?[，。；]"
)
"""A thing with its own target, whatever its verb (场地向社会开放不少于35所)."""
_AIM = re.compile("(?:推动|实现|力争|确保|使|促进|努力|提升|提高|推进|让)+")
_SIZE = re.compile(r"[\u4e00-\u9fff]{2,4}(?:面积|里程|长度|规模|总投资|投资额|资金|产能|容量|户数)[^，。；]{0,6}?\d")
"""A clause that only says how large the thing before it is (治理面积420亩)."""
_DATES = re.compile("\\d{1,2}月(?:份|底|末|初|中旬|上旬|下旬)?前?|[上下]半年|年内|年底前?|[一二三四]季度")
LEAST_OBJECT = 2
"""How many characters an object has at least."""
_SUBJECT = 3
"""How many characters a subject before its verb has at least."""


@lru_cache(maxsize=4)
def _delivering(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile(
        alternatives(
            [
                *lexicon.words("verbs.delivering"),
                "配齐",
                "更新",
                "力争成为",
                "各建",
                "共建",
                "开办",
                "开设",
                "结对",
                "获批",
            ]
        )
    )


@lru_cache(maxsize=4)
def _patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str]]:
    result = re.compile(
        alternatives(
            [
                *lexicon.words("verbs.result"),
                "以",
                "并",
                "从而",
                "进而",
                "从",
                "在",
                "通过",
                "结合",
                "按照",
                "围绕",
                "坚持",
                "把",
                "将",
                "对",
                "针对",
                "根据",
                "依托",
                "利用",
                "充分",
            ]
        )
    )
    action = re.compile(
        _TIME_FRONT
        + alternatives(lexicon.words("verbs.delivering"))
        + "|"
        + _TIME_FRONT
        + alternatives(lexicon.words("verbs.action"))
    )
    return action, result


def split_commitments(text: str, start: int, end: int, lexicon: Lexicon) -> list[Range]:
    """Return ranges that cover ``text[start:end]`` wholly: sentences, cut again where a clause opens a new action."""
    pieces: list[Range] = []
    for low, high in split_sentences(text, start, end):
        at = low
        acted = False
        for clause_low, clause_high in split_clauses(text, low, high):
            opens = _opens(text, clause_low, clause_high, lexicon)
            if opens and acted and clause_low - at >= _SHORTEST:
                pieces.append((at, clause_low))
                at = clause_low
            acted = acted or opens or _acts(text, clause_low, clause_high, lexicon)
        pieces.append((at, high))
    return _merged(pieces)


def _opens(text: str, low: int, high: int, lexicon: Lexicon) -> bool:
    """Say whether a clause is an action of its own: by its first word, or because it can be answered by itself."""
    action, result = _patterns(lexicon)
    if _SIZE.match(text, low, high):
        return False
    aim = _AIM.match(text, low, high)
    if any(pattern.match(text, aim.end() if aim else low, high) for pattern in (_MEASURED, _TARGETED)):
        return True
    if not result.match(text, low, high):
        found = action.match(text, low, high)
        return (found is not None and _says_what(text[found.end() : high])) or _has_subject(text, low, high, lexicon)
    return bool(_FOR_WHOM.match(text, low, high)) and _has_subject(text, low, high, lexicon)


def _acts(text: str, low: int, high: int, lexicon: Lexicon) -> bool:
    """Say whether a clause promises something by itself, though it does not open a new commitment."""
    aim = _AIM.match(text, low, high)
    return bool(
        _CONCRETE.search(text, low, high) or (aim is not None and _delivering(lexicon).match(text, aim.end(), high))
    )


def _says_what(rest: str) -> bool:
    """Say whether something follows the verb: 5月底前印发 goes on with what stands before it."""
    return len(rest.strip("，。；、 \n")) >= LEAST_OBJECT


def _has_subject(text: str, low: int, high: int, lexicon: Lexicon) -> bool:
    """Say whether a clause names something to be delivered after its subject or its place (城东社区创建2个…)."""
    found = _delivering(lexicon).search(text, low + _SUBJECT, high)
    if found is None or not _CONCRETE.search(text, low, high):
        return False
    return len(_DATES.sub("", text[low : found.start()])) >= _SUBJECT or _says_what(text[found.end() : high])


def _merged(pieces: list[Range]) -> list[Range]:
    """Join pieces too short to stand alone to the one before them."""
    merged: list[Range] = []
    for low, high in pieces:
        if merged and high - low < _SHORTEST:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged
