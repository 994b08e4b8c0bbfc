"""A list of works that the report calls done as a whole: 20项民生实事全面完成 answers each of the twenty.

Such lists (民生实事, 民心工程) are voted on and published one by one, and next year most of them are told of in this one
sentence. What it says of a single work is weaker than a passage of its own, so it counts only where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.documents import PlanItem
from tracker.domain.matching.candidates import Claim
from tracker.domain.matching.figuring.vocabulary import figure_words
from tracker.domain.matching.words import MatchingWords
from tracker.language.numerals import parse_number

_LIST = re.compile(
    r"(?P<count>\d{1,3}|[一二三四五六七八九十]{1,3})大?[件项](?P<between>[^，。；、：\d]{0,8}?)(?P<kind>实事|民心工程|民生工程|民生项目)"
)
_HEAD = 40
"""How many characters of an item without a title may name the list that it is."""
_TO_COME = re.compile("将|力争|确保")


def list_of_works(item: PlanItem) -> tuple[float, str] | None:
    """Return how many works of which kind the item lists (20, 实事), by its title or heading; None where it is no such list."""
    for text in (item.title, item.group, None if item.title else item.text[:_HEAD]):
        found = _LIST.search(text or "")
        if found:
            return parse_number(found["count"]) or 0.0, found["kind"]
    return None


def all_done(works: tuple[float, str], claims: Sequence[Claim], words: MatchingWords) -> tuple[Claim, int] | None:
    """Return the sentence, and the number of its clause, that calls all works of such a list done; None where none does.

    A list of another length is another list; a sentence that hedges (基本完成) leaves open which ones.
    """
    for claim in claims:
        for place, clause in enumerate(claim.clauses):
            found = _LIST.search(clause.text)
            if not found or (parse_number(found["count"]), found["kind"]) != works:
                continue
            told = clause.text[found.end() :]
            hedged = figure_words()["not_all"].search(told) or _TO_COME.search(told)
            if words.signals["all_done"].search(told) and not hedged:
                return claim, place
    return None
