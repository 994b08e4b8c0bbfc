"""Readings, links and scores as tables for a person; colours only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tracker.domain.documents import Figure, Link, LinkReport, Outcome, PlanItem, Quantity, ReportReading, SectionKind
from tracker.domain.scores import area_under_curve

if TYPE_CHECKING:
    from tracker.cli.measuring import Result

_KINDS = {
    SectionKind.WORK_DONE: "工作情况",
    SectionKind.PROBLEMS: "存在问题",
    SectionKind.DUTIES: "履职情况",
    SectionKind.PLAN: "下步计划",
    SectionKind.OTHER: "其他",
}
_OUTCOMES = {
    Outcome.DONE: ("已完成", "green"),
    Outcome.PARTIAL: ("部分完成", "yellow"),
    Outcome.NOT_MENTIONED: ("未提及", "red"),
}
_OPERATORS = {">=": "≥", "<=": "≤", "=": "", "~": "约", "range": ""}
_PERIODS = {"month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}
_SCORES = {
    "items": "事项",
    "sections": "章节",
    "problems": "问题",
    "deadline": "时限",
    "deadline_from": "时限来源",
    "milestones": "节点",
    "quantities": "量化指标",
    "responsible": "责任单位",
    "supporting": "配合单位",
    "answers": "对应问题",
    "unanswered_problems": "未回应问题",
    "vague": "笼统事项",
    "inline": "文中事项",
    "area": "类别",
    "unit": "单位",
    "report_year": "报告年度",
    "plan_year": "计划年度",
    "outcome": "对照结论",
    "late": "是否逾期",
    "evidence_at_1": "依据（第 1 条）",
    "evidence_at_3": "依据（前 3 条）",
    "figures": "数值对比",
    "contradicted_by": "反证",
    "repeated_in": "重复写入",
}


def console() -> Console:
    """Return a console on standard output; 120 columns where it is no terminal, so that nothing is cut."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else 120, highlight=False, soft_wrap=False)


def print_reading(reading: ReportReading, file: str) -> None:
    """Print one report: its head, sections, problems and plan items."""
    out = console()
    out.print(Text(reading.title or file, style="bold"))
    years = [
        f"{name} {year}" for name, year in (("报告年度", reading.report_year), ("计划年度", reading.plan_year)) if year
    ]
    out.print(Text(" · ".join([reading.unit or "单位未识别", *years])))
    for notice in reading.notices:
        out.print(Text(f"提示：{notice}", style="yellow"))
    if reading.sections:
        table = _table("章节", "性质", "标题")
        for section in reading.sections:
            table.add_row(_KINDS[section.kind], Text(section.heading))
        out.print(table)
    if reading.problems:
        table = _table(f"存在问题 {len(reading.problems)} 项", "编号", "内容", "有无对应事项")
        for problem in reading.problems:
            is_open = problem.id in reading.unanswered_problems
            table.add_row(problem.id, Text(problem.text), Text("无", style="yellow") if is_open else "有")
        out.print(table)
    if reading.items:
        out.print(_items_table(reading.items))


def _items_table(items: Sequence[PlanItem]) -> Table:
    table = _table(f"计划事项 {len(items)} 项", "编号", "事项", "时限", "量化指标", "责任单位", "对应问题", "把握")
    for item in items:
        content = Text(item.text)
        if item.group:
            content = Text(item.group + "\n", style="dim") + content
        if item.vague:
            content += Text("（笼统）", style="yellow")
        table.add_row(
            item.id,
            content,
            _deadline(item),
            Text("\n".join(_quantity(quantity) for quantity in item.quantities)),
            Text("、".join(item.responsible) + ("\n配合：" + "、".join(item.supporting) if item.supporting else "")),
            " ".join(item.answers),
            f"{item.confidence:.2f}",
        )
    return table


def _deadline(item: PlanItem) -> Text:
    text = Text(item.deadline.due_on.isoformat())
    if item.deadline.source == "plan_year":
        text += Text("\n推定", style="dim")
    if item.deadline.recurring:
        text += Text("\n" + _PERIODS[item.deadline.recurring])
    for milestone in item.deadline.milestones:
        text += Text(f"\n节点 {milestone:%m-%d}", style="dim")
    return text


def _quantity(quantity: Quantity) -> str:
    value = f"{quantity.value:g}"
    if quantity.maximum is not None:
        value += f"—{quantity.maximum:g}"
    return f"{quantity.what} {_PERIODS.get(quantity.per or '', '')}{_OPERATORS.get(quantity.op, quantity.op)}{value}{quantity.unit}"


def print_links(earlier: ReportReading, later: ReportReading, report: LinkReport) -> None:
    """Print, for every item of the earlier plan, what the later report says of it."""
    out = console()
    rows = [link for link in report.links if link.commitment is None]
    out.print(Text(f"{earlier.title or '上年报告'} → {later.title or '本年报告'}", style="bold"))
    counts = [f"{name} {sum(row.outcome is outcome for row in rows)}" for outcome, (name, _) in _OUTCOMES.items()]
    out.print(Text(f"计划事项 {len(rows)} 项：" + "，".join(counts)))
    items = {item.id: item for item in earlier.items}
    table = _table("年终对照", "编号", "上年承诺", "结论", "本年报告所述", "数值", "备注")
    for row in rows:
        name, colour = _OUTCOMES[row.outcome]
        table.add_row(
            row.item,
            Text(items[row.item].text if row.item in items else ""),
            Text(f"{name}\n{row.score:.2f}", style=colour),
            Text("\n".join(passage.text for passage in row.taken[:2])),
            Text("\n".join(_figure(figure) for figure in row.figures)),
            Text("\n".join(_remarks(row))),
        )
    if rows:
        out.print(table)
    if report.unplanned:
        table = _table("计划外完成", "本年报告所述")
        for passage in report.unplanned:
            table.add_row(Text(passage.text))
        out.print(table)
    if not rows:
        out.print(Text("上年报告里没有识别出计划事项，无从对照。", style="yellow"))


def _figure(figure: Figure) -> str:
    verdict = {True: "达到", False: "未达到", None: "待核"}[figure.met]
    actual = "—" if figure.actual is None else f"{figure.actual:g}{figure.unit}"
    return f"{figure.what} 目标 {figure.target:g}{figure.unit}，实际 {actual}，{verdict}"


def _remarks(row: Link) -> list[str]:
    remarks = ["报告所述时间晚于原定时限"] if row.late else []
    remarks += [f"报告承认：{passage.text}" for passage in row.contradicted_by[:1]]
    if row.repeated_in:
        remarks.append(f"再次写入新计划（{'、'.join(row.repeated_in)}）")
    if row.shrunk:
        remarks.append(f"目标缩水：{row.shrunk.what} {row.shrunk.before:g}→{row.shrunk.after:g}{row.shrunk.unit}")
    return remarks


def print_scores(results: Sequence[Result], total: Result, *, mistakes: bool) -> None:
    """Print one row a measure for all files, and one a file for the main measures."""
    out = console()
    table = _table("合计", "项目", "准确率", "召回率", "F1 / 正确率", "计数")
    for key, name in _SCORES.items():
        if key in total.tallies:
            tally = total.tallies[key]
            counts = f"相符 {tally.matched}，识别 {tally.predicted}，标注 {tally.expected}"
            table.add_row(name, _percent(tally.precision), _percent(tally.recall), _percent(tally.f1), counts)
        elif key in total.ratios:
            ratio = total.ratios[key]
            table.add_row(name, "", "", _percent(ratio.accuracy), f"{ratio.correct}/{ratio.total}")
    if total.positives or total.negatives:
        area = area_under_curve(total.positives, total.negatives)
        counts = f"已提及 {len(total.positives)}，未提及 {len(total.negatives)}"
        table.add_row("提及与否（AUC）", "", "", "—" if area is None else f"{area:.3f}", counts)
    out.print(table)
    table = _table("逐份", "文件", "事项 F1", "章节 F1", "问题 F1", "时限", "指标 F1", "对应 F1", "对照结论", "差错")
    for result in results:
        measures = ("items", "sections", "problems", "deadline", "quantities", "answers", "outcome")
        table.add_row(
            result.file, *(_measure(result, key) for key in measures), result.error or str(len(result.mistakes))
        )
    out.print(table)
    for result in results if mistakes else ():
        for mistake in result.mistakes:
            out.print(Text(f"{result.file}  {mistake}"))


def _measure(result: Result, key: str) -> str:
    if key in result.tallies:
        return _percent(result.tallies[key].f1)
    return _percent(result.ratios[key].accuracy) if key in result.ratios else ""


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, expand=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("编号", "把握"))
    return table
