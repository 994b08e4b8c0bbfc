"""A skeleton for rewriting an item (改写骨架): what is said is kept, and a blank stands for each thing that is lacking."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from tracker.domain.actions import instead_of
from tracker.domain.assessment import Aspect, AspectKind, Assessment, KnownFacts, Presence, title_end
from tracker.domain.errors import RuleViolation
from tracker.language.lexicon import Lexicon, alternatives

_BLANK = re.compile(r"【[^【】\n]{1,12}】")
_STOPS = "。；，、 \n"


class BlankLeft(RuleViolation):
    """任务内容里还有没填的空，请填写或删去后再保存。"""


def skeleton(wording: str, assessment: Assessment, facts: KnownFacts, lexicon: Lexicon) -> str:
    """Return the wording with blanks for what it lacks; empty where it lacks nothing."""
    lacking = {aspect.kind: aspect for aspect in assessment.lacking}
    if not lacking or not wording.strip():
        return ""
    text = wording.strip()
    title, body = text[: title_end(text)], _without_lead_in(text[title_end(text) :], lexicon)
    body = _with_object(body, lacking.get(AspectKind.OBJECT), lexicon)
    if AspectKind.RESULT in lacking:
        body = f"{_without_adverbs(body, lexicon).rstrip(_STOPS)}，{_result(body, lexicon)}。"
    date_is_partial = assessment.of(AspectKind.DATE).presence is Presence.PARTIAL
    if date_is_partial and not _is_all_year(assessment, lexicon):
        body = f"{body.rstrip(_STOPS)}，其余于{_blank(lexicon, 'date')}完成。"
    elif date_is_partial:
        body = body.removeprefix(assessment.of(AspectKind.DATE).words)
    if any(action.verb_span is None and text.rstrip(_STOPS) == action.words for action in assessment.actions):
        body = f"完成{body}"  # a name alone, as in a table of tasks
    owner, due = _owner(body, assessment, lexicon), _due(assessment, facts, lexicon)
    return f"{title}{owner}{due}{body}"


def blanks_left(wording: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the blanks of a skeleton that still stand in a wording; other words in such brackets are left alone."""
    return tuple(dict.fromkeys(blank for blank in _BLANK.findall(wording) if blank in _blanks(lexicon)))


def check_blanks(wording: str, lexicon: Lexicon) -> None:
    """Raise BlankLeft where a wording still has a blank of its skeleton."""
    if left := blanks_left(wording, lexicon):
        raise BlankLeft(f"任务内容里还有没填的空：{'、'.join(left)}。请填写或删去后再保存。", field="wording")


@lru_cache(maxsize=4)
def _blanks(lexicon: Lexicon) -> frozenset[str]:
    texts: Iterable[str] = (
        *(words[0] for key, words in lexicon.lists.items() if key.startswith("checkability.blanks.")),
        *(tail for _, tail in instead_of(lexicon).values()),
    )
    return frozenset(blank for text in texts for blank in _BLANK.findall(text))


def _blank(lexicon: Lexicon, name: str) -> str:
    return lexicon.words(f"checkability.blanks.{name}")[0]


def _without_lead_in(body: str, lexicon: Lexicon) -> str:
    """Drop what leads in (下一步，我局将 …): the skeleton names who does it."""
    steps = alternatives(lexicon.words("statements.next_step"))
    return re.sub(rf"^{steps}，?(?:我[^，。]{{1,4}}?|全[县镇市区局])?将?", "", body)


def _with_object(body: str, aspect: Aspect | None, lexicon: Lexicon) -> str:
    """Put a blank before an object that says nothing, or that is too wide."""
    if aspect is None:
        return body
    blank = _blank(lexicon, "object")
    if not aspect.words or aspect.words not in body:
        bare = body.rstrip(_STOPS)
        return f"{bare}（{blank}）{body[len(bare) :]}"
    return body.replace(aspect.words, f"{blank}{aspect.words}", 1)


def _without_adverbs(body: str, lexicon: Lexicon) -> str:
    """Drop words of degree that stand before a verb at a clause's beginning."""
    verbs = alternatives([*instead_of(lexicon), *lexicon.words("verbs.action")])
    adverbs = alternatives(lexicon.words("checkability.adverbs"))
    return re.sub(rf"(^|[，。；\n])(?:{adverbs})+(?={verbs})", r"\1", body)


def _result(text: str, lexicon: Lexicon) -> str:
    """Return the half sentence that asks for what the first vague verb leaves open."""
    ask = instead_of(lexicon)
    verb = re.search(alternatives(ask), text)
    return ask[verb.group()][1] if verb else _blank(lexicon, "result")


def _owner(body: str, assessment: Assessment, lexicon: Lexicon) -> str:
    owner = assessment.of(AspectKind.OWNER)
    if owner.presence is not Presence.PRESENT:
        return f"由{_blank(lexicon, 'owner')}"
    return "" if owner.span is not None or body.startswith(("由", owner.words)) else f"由{owner.words}"


def _is_all_year(assessment: Assessment, lexicon: Lexicon) -> bool:
    aspect = assessment.of(AspectKind.DATE)
    return aspect.presence is Presence.PARTIAL and aspect.words in lexicon.words("verbs.whole_year")


def _due(assessment: Assessment, facts: KnownFacts, lexicon: Lexicon) -> str:
    aspect = assessment.of(AspectKind.DATE)
    if aspect.presence is Presence.MISSING or _is_all_year(assessment, lexicon):
        return f"于{_blank(lexicon, 'date')}"
    if aspect.span is None and facts.due_on is not None and (facts.due_stated or facts.due_confirmed):
        return f"于{_day_words(facts.due_on, facts.plan_year)}"
    return ""


def _day_words(day: date, plan_year: int) -> str:
    """Write a deadline as reports do: 年底前, 6月底前, 6月15日前."""
    year = "" if day.year == plan_year else f"{day.year}年"
    if (day.month, day.day) == (12, 31):
        return f"{year}年底前" if not year else f"{year}底前"
    is_month_end = (day + timedelta(days=1)).day == 1
    return f"{year}{day.month}月{'底前' if is_month_end else f'{day.day}日前'}"
