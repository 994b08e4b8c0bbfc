"""The title of a report among the lines before its first section: site chrome, red heads and salutations stand there too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.outline import Line
from tracker.domain.tables import CELL
from tracker.language.enumerators import MarkStyle
from tracker.language.lexicon import Lexicon

_HEAD_LINES = 40
_LONGEST_LINE, _LONGEST_TITLE = 60, 90
_MOST_LINES = 3
_ENDS = re.compile(
    r"(?:报告(?:的通知|的函)?|总结的函|总结|汇报|情况|要点|计划|安排|打算|谋划|思路|述职)(?:（[^（）]{1,14}）|书)?$"
)
_SUBJECT = re.compile(r"法治|法制|依法|述法|政府工作|工作报告|工作总结|工作汇报|情况")
_LAW = re.compile(r"法治|法制|依法|政府工作报告")
_YEAR = re.compile(r"20\d{2}|二〇|二O")
_NOT_TITLE = re.compile(
    r"[。；！？>»]|首页|当前位置|所在位置|^各位|^现将|：$|^来源|^时间|^（|^—|日在.{2,20}(?:大会|会议)|市长|县长|省长|州长|区长|镇长|主席"
    r"|星期|索引号|发布时间|更新时间|浏览|字号|^名称|^文号|^发文|签发人"
)
_GOES_ON = re.compile(r"(?:关于|年|年度|的|建设|推进|履行|及|和|暨|开展|工作)$")


def find_title(text: str, lines: Sequence[Line], lexicon: Lexicon) -> str | None:
    """Return the title as one string, its lines put together; None where no line looks like one."""
    head = _head(text, lines)
    best: tuple[int, str] | None = None
    for last in range(len(head)):
        for first in range(max(0, last - _MOST_LINES + 1), last + 1):
            score, title = _judge(head[first : last + 1], lexicon)
            if score and (best is None or score >= best[0]):
                best = (score, title)
    return best[1] if best else None


def _head(text: str, lines: Sequence[Line]) -> list[str]:
    """Return the lines before the first section."""
    head: list[str] = []
    for line in lines[:_HEAD_LINES]:
        if line.mark is not None and line.mark.style <= MarkStyle.BRACKETED_CHINESE and line.mark.number == 1:
            break
        head.append(_bare(text[line.start : line.end]))
    return head


_FIELD = re.compile(r"^(?:标题|名称|题名|信息名称|文件名称)：")
_SITE = re.compile(r"[_｜](?:[^_｜]{2,24})$")


def _bare(words: str) -> str:
    """Return a line without the field's name before a title and the site's name after it."""
    words = _FIELD.sub("", words)
    shorter = _SITE.sub("", words)
    return shorter if _ENDS.search(shorter) else words


def _judge(window: Sequence[str], lexicon: Lexicon) -> tuple[int, str]:
    """Return how much a few neighbouring lines look like a title (0: not at all), and the title."""
    title = "".join(window)
    if len(title) > _LONGEST_TITLE or not _ENDS.search(title) or not _SUBJECT.search(title):
        return 0, ""
    if any(
        len(words) > _LONGEST_LINE or len(words) < 2 or CELL in words or _NOT_TITLE.search(words) for words in window
    ):
        return 0, ""
    if not all(_leads_on(words, window[0] is words, lexicon) for words in window[:-1]):
        return 0, ""
    named = looks_like_unit(window[0], lexicon) if len(window) > 1 else starts_with_unit(title, lexicon)
    return 1 + 4 * bool(_LAW.search(title)) + 2 * bool(_YEAR.search(title)) + 2 * named, title


def _leads_on(words: str, first: bool, lexicon: Lexicon) -> bool:
    """Say whether a line can stand above the rest of a title: the unit's name, or words cut in the middle."""
    return (first and looks_like_unit(words, lexicon)) or bool(_GOES_ON.search(words))


def looks_like_unit(words: str, lexicon: Lexicon) -> bool:
    """Say whether words end as the name of a unit does."""
    tails = (*lexicon.words("organisations.tails"), *lexicon.words("organisations.levels"))
    return 2 <= len(words) <= 40 and words.removesuffix("（）").rstrip("）").endswith(tails)


def starts_with_unit(title: str, lexicon: Lexicon) -> bool:
    """Say whether a title names a unit before its year or its subject."""
    found = re.match(r"(?:20\d{2}年(?:度)?)?(?P<unit>.{2,40}?)(?=关于|20\d{2}|二〇|法治|依法|推进|政府工作)", title)
    return bool(found) and looks_like_unit(found.group("unit"), lexicon) if found else False
