"""How well a link report agrees with hand-made links.

The rules; a promise whose item was not found counts as wrong everywhere and scores 0:

* **outcome, late**: the row of the item as a whole, where the annotation speaks of them.
* **evidence at k**: over the promises with annotated evidence, the share for which one of the k best passages covers half or
  more of an annotated one and stays within one line of the text.
* **score**: the area under the ROC curve of the rows' scores, answered (done, partial) against not mentioned.
* **figures**: over the annotated figures, those for which a figure of like name has the same actual value and the
  same verdict (and the same target).
* **contradicted_by, repeated_in**: matched, found and annotated passages or items of the next plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.documents import Evidence, Figure, Link, LinkReport, Span
from tracker.domain.gold import AnchoredText, content_length, overlap
from tracker.domain.quantity_scores import alike, close
from tracker.domain.scores import Ratio, Tally

HIT = 0.5
"""Share of an annotated passage that a found one must cover."""

Gold = Mapping[str, Any]


@dataclass(slots=True)
class LinkScore:
    """The scores of one pair of reports; ``positives`` and ``negatives`` are the rows' scores for the ROC curve."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    ratios: dict[str, Ratio] = field(default_factory=dict)
    positives: list[float] = field(default_factory=list)
    negatives: list[float] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)


def score_links(
    report: LinkReport,
    later_text: str,
    entries: Sequence[Gold],
    item_ids: Mapping[str, str],
    later_ids: Mapping[str, str],
) -> LinkScore:
    """Compare a link report with an annotation's ``links``.

    ``item_ids`` maps annotated items of the earlier report to found ones, ``later_ids`` those of the later report's
    plan; ``later_text`` is the later report as read.
    """
    score = LinkScore()
    anchored = AnchoredText(later_text)
    rows = {link.item: link for link in report.links if link.commitment is None}
    for entry in entries:
        row = rows.get(item_ids.get(entry["item"], ""))
        _score_outcome(entry, row, score)
        _score_evidence(entry, row, anchored, score)
        for figure in entry.get("figures", ()):
            _score_figure(entry["item"], figure, row, score)
        _score_contradictions(entry, row, anchored, score)
        _score_repetitions(entry, row, later_ids, score)
    return score


def _score_outcome(entry: Gold, row: Link | None, score: LinkScore) -> None:
    found = row.outcome.value if row else None
    _count(score, "outcome", found == entry["outcome"])
    if found != entry["outcome"]:
        score.mistakes.append(f"结论：{entry['item']} 应为 {entry['outcome']}，识别为 {found or '无'}")
    if entry.get("late") is not None:
        right = row is not None and bool(row.late) == entry["late"]
        _count(score, "late", right)
        if not right:
            score.mistakes.append(f"逾期：{entry['item']} 应为 {entry['late']}，识别为 {row.late if row else '无'}")
    scores = score.negatives if entry["outcome"] == "not_mentioned" else score.positives
    scores.append(row.score if row else 0.0)


def _score_evidence(entry: Gold, row: Link | None, anchored: AnchoredText, score: LinkScore) -> None:
    wanted = _places(anchored, entry.get("evidence", ()))
    if not entry.get("evidence"):
        return
    passages = row.evidence if row else ()
    hits = [any(_covers(anchored.text, passage, place) for place in wanted) for passage in passages]
    for depth in (1, 3):
        _count(score, f"evidence_at_{depth}", any(hits[:depth]))
    if not any(hits[:3]):
        score.mistakes.append(f"依据：{entry['item']} 前三条中没有“{entry['evidence'][0][:20]}”")


def _score_figure(item: str, figure: Gold, row: Link | None, score: LinkScore) -> None:
    found = [other for other in (row.figures if row else ()) if _is_figure(figure, other)]
    right = any(_same_actual(figure, other) for other in found)
    _count(score, "figures", right)
    if not right:
        seen = f"识别为 {found[0].actual}" if found else "未识别"
        score.mistakes.append(f"数值：{item} {figure['what']} 应为 {figure.get('actual')}，{seen}")


def _is_figure(figure: Gold, found: Figure) -> bool:
    return alike(str(figure["what"]), found.what) and close(float(figure["target"]), found.target)


def _same_actual(figure: Gold, found: Figure) -> bool:
    actual = figure.get("actual")
    if actual is None or found.actual is None:
        return actual is None and found.actual is None
    return close(float(actual), found.actual) and figure.get("met") == found.met


def _score_contradictions(entry: Gold, row: Link | None, anchored: AnchoredText, score: LinkScore) -> None:
    wanted = entry.get("contradicted_by") or ()
    quotes = [wanted] if isinstance(wanted, str) else list(wanted)
    found = row.contradicted_by if row else ()
    places = _places(anchored, quotes)
    matched = sum(any(_covers(anchored.text, passage, place) for passage in found) for place in places)
    _add(score, "contradicted_by", Tally(min(matched, len(found)), len(found), len(quotes)))
    if matched < len(quotes):
        score.mistakes.append(f"反证漏：{entry['item']} {quotes[0][:20]}")


def _score_repetitions(entry: Gold, row: Link | None, later_ids: Mapping[str, str], score: LinkScore) -> None:
    if "repeated_in" not in entry:
        return
    wanted = {later_ids.get(item, f"?{item}") for item in entry["repeated_in"]}
    found = set(row.repeated_in if row else ())
    _add(score, "repeated_in", Tally(len(wanted & found), len(found), len(wanted)))
    if wanted != found:
        score.mistakes.append(f"重复：{entry['item']} 应为 {sorted(wanted)}，识别为 {sorted(found)}")


def _places(anchored: AnchoredText, quotes: Sequence[str]) -> list[Span]:
    return [place for quote in quotes for place in anchored.find_all(quote)]


def _covers(text: str, passage: Evidence, place: Span) -> bool:
    total = content_length(place.of(text))
    return "\n" not in passage.span.of(text).strip() and overlap(text, passage.span, place) >= HIT * max(total, 1)


def _count(score: LinkScore, key: str, right: bool) -> None:
    score.ratios[key] = score.ratios.get(key, Ratio()) + Ratio(int(right), 1)


def _add(score: LinkScore, key: str, tally: Tally) -> None:
    score.tallies[key] = score.tallies.get(key, Tally()) + tally
