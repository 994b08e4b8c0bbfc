"""Why a passage was taken, in plain Chinese, shortest first to read."""

from __future__ import annotations

from tracker.domain.matching.features import Reading
from tracker.domain.matching.topics import load_topics

MOST_WORDS = 3
FEW = 0.25
"""Where less of the promise than this stands in the passage, words that only speak of the same are named as well."""
SAME_TOPIC = 0.5
SURE, LIKELY = 0.9, 0.7


def _shared_words(reading: Reading) -> list[str]:
    """Return the words that stand in both texts, those that only mean the same, and those that speak of the same."""
    passage = "".join(clause.text for clause in reading.claim.clauses[reading.first : reading.last + 1])
    verbatim = [word for word in reading.shared if word in passage and word in reading.promise.text]
    alike = [word for word in reading.shared if word not in verbatim]
    lines = []
    if verbatim:
        lines.append("共有词：" + "、".join(verbatim[:MOST_WORDS]))
    if alike:
        lines.append("近义或简称：" + "、".join(alike[:MOST_WORDS]))
    if reading.features["cover"] < FEW and reading.features["topic"] >= SAME_TOPIC:
        pair = load_topics().alike(reading.promise.text, passage)
        lines += [f"常一同出现的词：{pair[0]}—{pair[1]}"] if pair else []
    return lines


def explain(reading: Reading, score: float | None, verdict: str | None = None) -> tuple[str, ...]:
    """Return the reasons: shared words, names, units, doubts, how sure, and the rule that gave the outcome.

    Without a ``score`` nothing is said of how sure: the passage was not taken for an answer.
    """
    features = reading.features
    reasons: list[str] = []
    reasons.extend(_shared_words(reading))
    if features["title"]:
        reasons.append("同一文件或名称")
    if features["unit"]:
        reasons.append("有同单位的数字")
    if features["verb"]:
        reasons.append("做法相同或相近")
    if features["theme"] >= 0.5:
        reasons.append("所在部分主题相同")
    if features["contrast"] or features["title_other"]:
        reasons.append("注意：限定词或名称不同，可能说的是另一件事")
    if features["rival"] >= 0.2:
        reasons.append("注意：这句话更像在回应另一项任务")
    if score is not None:
        reasons.append("把握" + ("很大" if score >= SURE else "较大" if score >= LIKELY else "一般，请核对"))
    if verdict:
        reasons.append(verdict)
    return tuple(reasons)
