"""``tracker evaluate``: how well readings and links agree with hand-made annotations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.reading import fail, print_json, use_edited_lists

if TYPE_CHECKING:
    from tracker.domain.documents import ReportReading
    from tracker.domain.evaluation import ReadingScore
    from tracker.domain.link_evaluation import LinkScore
    from tracker.domain.scores import Ratio, Tally


@dataclass(slots=True)
class Result:
    """The scores of one file, or of all; ``error`` says why a file could not be scored."""

    file: str
    tallies: dict[str, Tally] = field(default_factory=dict)
    ratios: dict[str, Ratio] = field(default_factory=dict)
    positives: list[float] = field(default_factory=list)
    negatives: list[float] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    error: str | None = None

    def add(self, other: ReadingScore | LinkScore | Result) -> None:
        """Add counts to counts, so that the sum weighs each item alike."""
        for key, tally in other.tallies.items():
            self.tallies[key] = self.tallies[key] + tally if key in self.tallies else tally
        for key, ratio in other.ratios.items():
            self.ratios[key] = self.ratios[key] + ratio if key in self.ratios else ratio
        self.positives += getattr(other, "positives", [])
        self.negatives += getattr(other, "negatives", [])

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as JSON values; a score without anything to judge is null."""
        from tracker.domain.scores import area_under_curve

        data: dict[str, Any] = {"file": self.file}
        if self.error:
            data["error"] = self.error
        for key, tally in self.tallies.items():
            data[key] = {
                "precision": tally.precision,
                "recall": tally.recall,
                "f1": tally.f1,
                "matched": tally.matched,
                "predicted": tally.predicted,
                "expected": tally.expected,
            }
        for key, ratio in self.ratios.items():
            data[key] = {"accuracy": ratio.accuracy, "correct": ratio.correct, "total": ratio.total}
        if self.positives or self.negatives:
            data["score_auc"] = area_under_curve(self.positives, self.negatives)
        data["mistakes"] = self.mistakes
        return data


@click.command("evaluate", help="用人工标注（GOLD 目录）衡量对报告（REPORTS 目录）的识别和对照。")
@click.argument("reports", type=click.Path(path_type=Path))
@click.argument("gold", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（UTF-8）")
@click.option("--mistakes", is_flag=True, help="逐条列出差错")
def evaluate_command(reports: Path, gold: Path, *, as_json: bool, mistakes: bool) -> None:
    """Print the scores per file and in all; exit 2 where there are no annotations to read."""
    annotations = load_annotations(gold)
    use_edited_lists()
    results = evaluate(reports, annotations)
    total = Result("合计")
    for result in results:
        total.add(result)
    if as_json:
        files = [result.to_dict() for result in results]
        summary = {key: value for key, value in total.to_dict().items() if key not in ("file", "mistakes")}
        print_json({"files": files, "all": summary})
        return
    from tracker.cli.tables import print_scores

    print_scores(results, total, mistakes=mistakes)


def load_annotations(folder: Path) -> list[Mapping[str, Any]]:
    """Return the annotations of a folder by file name; exit 2 where there are none or one is broken."""
    if not folder.is_dir():
        fail(f"找不到标注目录：{folder}。")
    annotations: list[Mapping[str, Any]] = []
    for path in sorted(folder.glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            fail(f"{path.name} 不是有效的 JSON：{error}")
        if not isinstance(data, dict) or "file" not in data:
            fail(f"{path.name} 缺少 file 一项，不是报告标注。")
        annotations.append(data)
    if not annotations:
        fail(f"{folder} 里没有标注文件（*.json）。")
    return annotations


def evaluate(reports: Path, annotations: list[Mapping[str, Any]]) -> list[Result]:
    """Score every annotated report, and every pair whose annotation has links."""
    readings: dict[str, tuple[ReportReading, ReadingScore]] = {}
    results = {gold["file"]: Result(gold["file"]) for gold in annotations}
    for gold in annotations:
        _score_one(reports, gold, results[gold["file"]], readings)
    for gold in annotations:
        if gold.get("links") and gold.get("followed_by"):
            _score_pair(reports, gold, results[gold["file"]], readings)
    return list(results.values())


def nothing_read() -> ReportReading:
    """Return the reading of a file that could not be read."""
    from tracker.domain.documents import ReportReading

    return ReportReading(text="", title=None, unit=None, report_year=None, plan_year=None)


def _score_one(
    reports: Path,
    gold: Mapping[str, Any],
    result: Result,
    readings: dict[str, tuple[ReportReading, ReadingScore]],
) -> None:
    from tracker.domain.evaluation import score_reading
    from tracker.readers.base import UnreadableDocument
    from tracker.readers.extracting import extract_file

    try:
        reading = extract_file(reports / gold["file"]).reading
    except UnreadableDocument as error:
        result.error = error.message
        click.echo(f"{gold['file']}：{error.message}", err=True)
        reading = nothing_read()  # what could not be read was not found: it costs recall
    score = score_reading(reading, gold)
    readings[gold["file"]] = (reading, score)
    result.add(score)
    result.mistakes += score.mistakes


def _score_pair(
    reports: Path,
    gold: Mapping[str, Any],
    result: Result,
    readings: Mapping[str, tuple[ReportReading, ReadingScore]],
) -> None:
    from tracker.domain.link_evaluation import score_links
    from tracker.domain.matching import link_reports
    from tracker.readers.base import UnreadableDocument
    from tracker.readers.extracting import extract_file, lexicon

    earlier, earlier_score = readings[gold["file"]]
    following = readings.get(gold["followed_by"])
    try:
        later = following[0] if following else extract_file(reports / gold["followed_by"]).reading
    except UnreadableDocument as error:
        click.echo(f"{gold['followed_by']}：{error.message}", err=True)
        later = nothing_read()
    later_ids = following[1].item_ids if following else {item.id: item.id for item in later.items}
    links = link_reports(earlier, later, lexicon())
    score = score_links(links, later.text, gold["links"], earlier_score.item_ids, later_ids)
    result.add(score)
    result.mistakes += score.mistakes
