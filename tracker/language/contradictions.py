"""What two word lists may not both say of one word, each rule one line of data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.language.lexicon_check import Fault, WordList, words_of
from tracker.language.toml_lines import Path

EACH = "*"
"""In a pattern: any key or place, and words at different ones exclude one another."""
WITHIN = "="
"""Any key or place, and only words at the same one are compared."""
ANY = "?"
"""Any key or place."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Words found at different ones of ``places`` (file, then the path in it) contradict each other; ``why`` in Chinese."""

    places: tuple[tuple[str, ...], ...]
    why: str


def _lists(file: str, *names: str) -> tuple[tuple[str, ...], ...]:
    return tuple((file, *name.split(".")) for name in names)


RULES: tuple[Rule, ...] = (
    Rule(
        _lists("headings", "plan", "problems", "work_done", "duties", "other", "ambiguous"),
        "一个标题词只能说明一个部分，否则分不清是计划、问题还是已做的工作",
    ),
    Rule(
        _lists("organisations", "lead", "support", "owner", "due"), "一个标签只能有一个意思：牵头、配合、责任人或时限"
    ),
    Rule(_lists("organisations", "lead_verbs", "support_verbs"), "同一个说法不能既是牵头又是配合"),
    Rule(_lists("units", "countable", "measure", "time_units", "not_units"), "同一个单位只能归入一类"),
    Rule(_lists("units", "ceilings", "floors", "abouts"), "同一个词不能既说上限又说下限或约数"),
    Rule((("units", "comparisons", EACH),), "同一个比较词只能有一个方向"),
    Rule((("periods", "recurring", EACH),), "同一个说法只能对应一个周期"),
    Rule(_lists("periods", "open_ended", "year_words", "next_year_words"), "同一个说法只能对应一个时限"),
    Rule(
        (("periods", "named_days", EACH), ("periods", "seasons", EACH), ("periods", "stretches", EACH)),
        "同一个名称只能对应一天",
    ),
    Rule(_lists("verbs", "vague", "delivering"), "同一个动词不能既算有成果又算虚词"),
    Rule((("areas", EACH, "strong"),), "两个类别都拿它当最有力的词，等于都没有说；请留一处，或把一处降为 usual"),
    Rule((("areas", WITHIN, EACH),), "同一类别里一个词只能有一个分值"),
    Rule((("areas", "neutral"), ("areas", ANY, ANY)), "列在 neutral 里的词不起作用，请从其中一处删去"),
    Rule((("matching", "synonyms", EACH),), "一个词只能归入一组同义词"),
    Rule((("matching", "contrasts", EACH, EACH),), "一个词只能归入一种差别里的一种选择"),
    Rule((("matching", "verb_families", EACH),), "一个动词只能归入一组"),
    Rule((("matching", "steps", EACH),), "一个说法只能说明一种进度"),
    Rule(_lists("matching", "weak", "protected"), "同一个词不能既要略去又要保留"),
    Rule(_lists("matching", "aims.start", "aims.finish"), "同一个词不能既表示开始又表示完成"),
)


def find_contradictions(lists: Mapping[str, WordList], rules: Sequence[Rule] = RULES) -> Iterator[Fault]:
    """Yield the words that two lists claim, at the place of the later one."""
    words = [((name, *path), word) for name, found in lists.items() for path, word in words_of(found.values)]
    for rule in rules:
        seen: dict[tuple[object, str], tuple[Path, Path]] = {}
        for path, word in words:
            place = _place(path, rule)
            if place is None:
                continue
            scope, bucket = place
            earlier = seen.setdefault((scope, word), (bucket, path))
            if earlier[0] != bucket:
                where = lists[str(earlier[1][0])].fault(earlier[1][1:], "")
                message = f"“{word}”又见于 {where.file} 第 {where.line} 行：{rule.why}。"
                yield lists[str(path[0])].fault(path[1:], message)


def _place(path: Path, rule: Rule) -> tuple[Path, Path] | None:
    """Return in which comparison a word takes part by ``rule`` and on which side; None where in none."""
    for number, pattern in enumerate(rule.places):
        if len(path) <= len(pattern):
            continue
        scope: Path = ()
        bucket: Path = (number,)
        for wanted, part in zip(pattern, path, strict=False):
            if wanted == WITHIN:
                scope = (*scope, part)
            elif wanted == EACH:
                bucket = (*bucket, part)
            elif wanted not in (ANY, part):
                break
        else:
            return scope, bucket
    return None
