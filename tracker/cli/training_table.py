"""The comparison of old and new weights as a table."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from tracker.cli.tables import console


def print_training(result: dict[str, Any], problem: str | None = None) -> None:
    """Print how the weights in force and the new ones do on decisions that neither learnt from."""
    out = console()
    if problem:
        out.print(Text(problem, style="yellow"))
    out.print(
        f"核对结论 {result['decisions']} 条：{result['learnt_from']} 条用于训练，{result['measured_on']} 条留作检验。"
    )
    table = Table(title="在留作检验的报告上对比", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("项目")
    for name, mark in (("现用权重", result["old"]), ("新权重", result["new"])):
        table.add_column(f"{name} {mark}", justify="right")
    table.add_column("变化", justify="right")
    for measure in result["measures"]:
        (old, total), (new, _) = measure["old"], measure["new"]
        table.add_row(measure["label"], _share(old, total), _share(new, total), f"{new - old:+d}" if total else "—")
    old_auc, new_auc = result["auc"]
    change = "—" if old_auc is None or new_auc is None else f"{new_auc - old_auc:+.3f}"
    table.add_row("把握的区分度（AUC）", _number(old_auc), _number(new_auc), change)
    out.print(table)


def _share(right: int, total: int) -> str:
    return f"{right}/{total}  {right / total:.1%}" if total else "—"


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"
