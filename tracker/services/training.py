"""Learning from the decisions on links: what people confirmed and rejected, as cases; new weights measured before they are taken.

A decision keeps what was asked (``proposal["asked"]``) and names its report, so the lesson can be made again after the task was
edited or the report corrected. The same decisions give the same weights, to the last digit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Report, Setting, TaskLink, Unit
from tracker.db.queries.links import count_decided, decided_answers, with_reading
from tracker.domain.documents import Outcome, Span
from tracker.domain.errors import RuleViolation
from tracker.domain.formats import reading_from_dict
from tracker.domain.link_proposals import earlier_reading
from tracker.domain.matching.lessons import MEASURES, Agreement, Case, Judged, agreement, lessons_of, part_cases
from tracker.domain.matching.training import NOTHING, fingerprint, retrain, to_toml
from tracker.domain.matching.words import LinkModel, load_model
from tracker.language.lexicon import load_lexicon
from tracker.services.audit import record
from tracker.services.linking_model import InForce, model_in_force
from tracker.services.policies import save_setting

LEAST_DECISIONS = 20
LEAST_REPORTS = 2
MOST_DECISIONS = 3_000
STRENGTH = 5.0
"""How firmly weights are held to the shipped ones: some hundred judged promises stand behind those."""
LAST = "linking.last_training"
HEADING = (
    "Weights of the linking, learnt from this installation's decisions by: tracker train --adopt",
    "They are drawn towards the shipped weights (base) and can be made again from the same decisions.",
)
MEASURE_LABELS: Mapping[str, str] = {
    "mentioned": "提到与否判断正确",
    "outcome": "结论与核对一致",
    "evidence_at_1": "首选段落正确",
    "repeated": "再次写入判断正确",
}
Json = dict[str, Any]


class TooFewDecisions(RuleViolation):
    """核对结论还太少，学不出可靠的权重。"""


@dataclass(frozen=True, slots=True)
class Trained:
    """New weights and how they compare with those in force, on decisions that they did not learn from."""

    model: LinkModel
    before: InForce
    decisions: int
    learnt_from: int
    measured_on: int
    old: Agreement
    new: Agreement

    @property
    def is_better(self) -> bool:
        """Whether nothing got worse and something better."""
        return self.new.is_better_than(self.old)

    @property
    def fingerprint(self) -> str:
        """The mark of the new weights."""
        return fingerprint(self.model)

    def text(self) -> str:
        """The new weights as their file."""
        origin: dict[str, str | int] = {"base": fingerprint(load_model()), "decisions": self.decisions}
        return to_toml(self.model, HEADING, origin)


# ---- cases ----------------------------------------------------------------------------------------------------------


def cases_of(session: Session) -> list[Case]:
    """Return the decisions as cases, one a report, in the order of their reports; the newest where there are very many.

    Of several versions of a report the newest decided answer to a promise counts.
    """
    newest: dict[tuple[int, int, int], TaskLink] = {}
    for link, unit_id, year in decided_answers(session, limit=MOST_DECISIONS):
        newest[link.task_id, unit_id, year] = link
    by_report: dict[int, list[TaskLink]] = {}
    for link in newest.values():
        if "asked" in link.proposal:
            by_report.setdefault(link.report_id, []).append(link)
    cases = []
    for report_id in sorted(by_report):
        report = with_reading(session, report_id)
        if report is not None:
            cases.append(_case(report, sorted(by_report[report_id], key=lambda link: link.task_id)))
    return cases


def _case(report: Report, links: Sequence[TaskLink]) -> Case:
    asked = reading_from_dict(
        {**earlier_reading((), report.report_year), "items": [one.proposal["asked"] for one in links]}
    )
    return Case(
        group=f"{report.unit_id}/{report.report_year}",
        items=asked.items,
        plan_year=report.report_year,
        later=reading_from_dict({**report.reading, "text": report.text}),
        judged={str(link.task_id): _judged(link) for link in links},
    )


def _judged(link: TaskLink) -> Judged:
    spans = tuple(Span(passage["start"], passage["end"]) for passage in link.evidence)
    spoken = link.outcome is not Outcome.NOT_MENTIONED
    return Judged(link.outcome, spans if spoken else (), frozenset(link.repeated_in))


# ---- training -------------------------------------------------------------------------------------------------------


def train(cases: Sequence[Case], in_force: InForce) -> Trained:
    """Learn new weights from two thirds of the reports and measure both on the others. Raises TooFewDecisions."""
    decisions = sum(len(case.judged) for case in cases)
    learning, measuring = part_cases(cases)
    if decisions < LEAST_DECISIONS or not measuring:
        raise TooFewDecisions(
            f"现有核对结论 {decisions} 条，来自 {len({case.group for case in cases})} 份报告；"
            f"至少要有 {LEAST_REPORTS} 份报告的 {LEAST_DECISIONS} 条，才能训练并检验。"
        )
    shipped, lexicon = load_model(), load_lexicon()
    lessons = sum((lessons_of(case, shipped) for case in learning), NOTHING)
    model = retrain(lessons, shipped, STRENGTH)
    return Trained(
        model=model,
        before=in_force,
        decisions=decisions,
        learnt_from=sum(len(case.judged) for case in learning),
        measured_on=sum(len(case.judged) for case in measuring),
        old=agreement(measuring, in_force.model, lexicon),
        new=agreement(measuring, model, lexicon),
    )


def keep_comparison(session: Session, trained: Trained, *, adopted: bool, now: datetime) -> None:
    """Keep how a training ended, for the page of the settings; an adoption leaves an audit line."""
    save_setting(session, LAST, comparison_of(trained, adopted=adopted, now=now), user_id=None, now=now)
    if adopted:
        summary = f"采用新的比对权重：由 {trained.decisions} 条核对结论训练"
        _note(session, summary, trained.before.fingerprint, trained.fingerprint, now)


def note_reset(session: Session, before: InForce, *, now: datetime) -> None:
    """Leave the audit line of going back to the shipped weights."""
    _note(session, "恢复自带的比对权重", before.fingerprint, fingerprint(load_model()), now)


def _note(session: Session, summary: str, before: str, after: str, now: datetime) -> None:
    top = session.scalar(select(Unit.path).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1)) or ""
    changes = {"linking_model": (before, after)}
    record(session, None, "setting.linking", "setting", None, unit_path=top, summary=summary, now=now, changes=changes)


def comparison_of(trained: Trained, *, adopted: bool, now: datetime) -> Json:
    """Return a training's result as values: marks, counts, and each measure of the old and the new weights."""
    return {
        "at": now.isoformat(),
        "old": trained.before.fingerprint,
        "new": trained.fingerprint,
        "decisions": trained.decisions,
        "learnt_from": trained.learnt_from,
        "measured_on": trained.measured_on,
        "better": trained.is_better,
        "adopted": adopted,
        "measures": [
            {
                "label": MEASURE_LABELS[name],
                "old": [trained.old.right[name], trained.old.total[name]],
                "new": [trained.new.right[name], trained.new.total[name]],
            }
            for name in MEASURES
        ],
        "auc": [trained.old.auc, trained.new.auc],
    }


def write_model(path: Path, text: str) -> None:
    """Put weights in force, wholly or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


# ---- what the settings page says ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """The weights in force, how many decisions there are to learn from, and the last comparison."""

    in_force: InForce
    decisions: int
    reports: int
    last: Json | None


def overview(session: Session, path: Path) -> Overview:
    """Return what an administrator should know of the weights."""
    decisions, reports = count_decided(session)
    last = session.scalar(select(Setting.value).where(Setting.name == LAST))
    return Overview(model_in_force(path), decisions, reports, last if isinstance(last, dict) else None)
