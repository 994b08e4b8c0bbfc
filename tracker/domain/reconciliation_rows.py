"""The columns of the 对账表 and what stands in them, as values; the workbook and its tests read them from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.reconciliation import DIFFERENCE_LABELS, RATES, Counts, Difference

COLUMNS = (
    "序号", "编号", "上年报告原文", "时限（原/现）", "牵头单位", "台账结论", "佐证件数", "本年报告对应原文（段）", "对应程度", "报告结论",
    "核查结论", "差异类型", "差异说明", "未完成原因", "处理", "下年编号", "单位确认人", "督办确认人", "日期",
)  # fmt: skip
SURE, LIKELY = 0.75, 0.5

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A unit's sheet as the workbook takes it: its rows are those of the page."""

    unit: str
    year: int
    rows: Sequence[Row]
    unplanned: Sequence[Row]
    counts: Counts
    has_report: bool
    state: str
    confirmed_by: str | None = None
    locked_by: str | None = None
    locked_on: str | None = None

    def lines(self) -> Iterator[tuple[object, ...]]:
        """Yield the cells of each line: the duties, then what was done without a plan."""
        for index, row in enumerate(self.rows, start=1):
            yield self._duty(index, row)
        for index, entry in enumerate(self.unplanned, start=len(self.rows) + 1):
            yield self._beyond(index, entry)

    def _duty(self, index: int, row: Row) -> tuple[object, ...]:
        report = row["report"]
        return (
            index,
            row["number"],
            row["quote"],
            deadline_words(row),
            row["lead_unit"],
            ledger_words(row),
            len(row["evidence"]),
            "\n".join(f"{p['text']}（{p['where']}）" if p["where"] else p["text"] for p in report["passages"])
            if report
            else "",
            sureness_words(report, has_report=self.has_report),
            report["outcome_label"] if report else "",
            row["verdict_label"] or "",
            "、".join(one["label"] for one in row["differences"]),
            "\n".join(difference_words(one) for one in row["differences"]),
            row["shortfall"],
            row["handling"],
            "、".join(one["number"] for one in row["next"]),
            self.confirmed_by or "",
            row["decided_by"] or "",
            self.locked_on or row["decided_on"] or "",
        )

    def _beyond(self, index: int, entry: Row) -> tuple[object, ...]:
        passage = f"{entry['text']}（{entry['where']}）" if entry["where"] else entry["text"]
        return (
            index,
            "",
            "（计划外）",
            "",
            self.unit,
            "",
            "",
            passage,
            "",
            "",
            "",
            DIFFERENCE_LABELS[Difference.UNPLANNED],
            entry["explanation"] or "未说明",
            "",
            "",
            "",
            self.confirmed_by or "",
            self.locked_by or "",
            self.locked_on or "",
        )

    def summary(self) -> str:
        """Return the line under the title: state and rates."""
        rates = (f"{label} {rate_words(getattr(self.counts, name))}" for name, label, _ in RATES)
        return f"{self.state}　立项 {self.counts.established} 项　" + "　".join(rates)


def deadline_words(row: Row) -> str:
    """Write the deadlines as original/current, one where they are the same; an inferred one says so."""
    original, current = row["original_due_on"] or "", row["due_on"] or ""
    words = original if original == current else f"{original} / {current}"
    return f"{words}（推定）" if row["due_inferred"] else words


def ledger_words(row: Row) -> str:
    """Write what the ledger says: the state, its day and its share."""
    if row["status"] == "closed":
        return f"{row['status_label']}（{row['completed_on'] or '未写明日期'}）"
    return f"{row['status_label']}（{row['percent']}%）"


def sureness_words(report: Row | None, *, has_report: bool) -> str:
    """Write how sure it is that the report speaks of the duty: a person's word, else the matcher's score."""
    if report is None:
        return "未比对" if has_report else "未报送报告"
    if report["decided"]:
        return "已否定" if report["decision"] == "rejected" else "已确认"
    score = report["score"]
    return "待核对（把握" + ("高" if score >= SURE else "中" if score >= LIKELY else "低") + "）"


def difference_words(entry: Row) -> str:
    """Write a difference with its explanation."""
    return f"{entry['label']}：{entry['detail']}" + (
        f"说明：{entry['explanation']}" if entry["explanation"] else "未说明"
    )


def rate_words(rate: float | None) -> str:
    """Write a rate as 66.7%, an unknown one as a dash."""
    if rate is None:
        return "—"
    return f"{rate * 100:.1f}".rstrip("0").rstrip(".") + "%"
