"""``tracker evaluate`` on a small folder of annotated reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.cli.test_reading import EARLIER, LATER
from tracker.cli import main

GOLD_EARLIER: dict[str, Any] = {
    "file": "a.txt",
    "unit": "云岭县石桥镇人民政府",
    "report_year": 2030,
    "plan_year": 2031,
    "sections": [
        {"kind": "work_done", "heading": "一、工作开展情况"},
        {"kind": "problems", "heading": "二、存在的问题"},
        {"kind": "plan", "heading": "三、2031年工作计划"},
    ],
    "problems": [{"id": "p1", "text": "巡查人手紧缺"}, {"id": "p2", "text": "普法办法不多"}],
    "items": [
        {
            "id": "i1",
            "label": "（一）",
            "title": "充实巡查力量",
            "starts": "6月底前",
            "ends": "3名",
            "deadline": "2031-06-30",
            "deadline_from": "text",
            "quantities": [{"what": "增配持证巡查员", "op": ">=", "value": 3, "unit": "名"}],
            "responsible": ["城镇管理中队"],
            "answers": ["p1"],
        },
        {
            "id": "i2",
            "label": "（二）",
            "title": "改进普法方式",
            "starts": "全年开展",
            "ends": "6场",
            "deadline": "2031-12-31",
            "deadline_from": "text",
            "quantities": [{"what": "以案释法课堂", "op": ">=", "value": 6, "unit": "场"}],
            "answers": ["p2"],
        },
    ],
    "followed_by": "b.txt",
    "links": [
        {
            "item": "i1",
            "outcome": "done",
            "evidence": ["5月增配持证巡查员3名"],
            "figures": [{"what": "增配持证巡查员", "target": 3, "actual": 3, "met": True}],
            "repeated_in": [],
        },
        {
            "item": "i2",
            "outcome": "partial",
            "evidence": ["开展以案释法课堂4场"],
            "figures": [{"what": "以案释法课堂", "target": 6, "actual": 4, "met": False}],
            "repeated_in": ["i1"],
        },
    ],
}
GOLD_LATER: dict[str, Any] = {
    "file": "b.txt",
    "items": [{"id": "i1", "label": "（一）", "title": "改进普法方式", "starts": "全年开展", "ends": "4场"}],
}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    reports, gold = tmp_path / "reports", tmp_path / "gold"
    reports.mkdir()
    gold.mkdir()
    for name, text, data in (("a", EARLIER, GOLD_EARLIER), ("b", LATER, GOLD_LATER)):
        (reports / f"{name}.txt").write_text(text, encoding="utf-8")
        (gold / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return reports, gold


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


def test_scores_as_json(folders: tuple[Path, Path]) -> None:
    result = call(*folders, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    data = json.loads(result.stdout)
    assert [entry["file"] for entry in data["files"]] == ["a.txt", "b.txt"]
    total = data["all"]
    assert total["items"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "matched": 3,
        "predicted": 3,
        "expected": 3,
    }
    assert total["deadline"] == {"accuracy": 1.0, "correct": 2, "total": 2}
    for key in ("sections", "problems", "quantities", "answers", "responsible", "repeated_in", "plan_year"):
        assert key in total
    for key in ("outcome", "evidence_at_1", "evidence_at_3", "figures", "score_auc"):
        assert key in total
        assert key in data["files"][0]
        assert key not in data["files"][1]


def test_scores_for_a_person(folders: tuple[Path, Path]) -> None:
    result = call(*folders, "--mistakes")
    assert result.exit_code == 0
    for words in ("合计", "逐份", "事项", "时限", "对照结论", "a.txt"):
        assert words in result.stdout


def test_a_report_that_cannot_be_read_counts_as_not_found(folders: tuple[Path, Path]) -> None:
    (folders[0] / "b.txt").unlink()
    result = call(*folders, "--json")
    assert result.exit_code == 0
    assert "b.txt" in result.stderr
    data = json.loads(result.stdout)
    assert "找不到文件" in data["files"][1]["error"]
    assert (data["all"]["items"]["expected"], data["all"]["items"]["matched"]) == (3, 2)
    assert data["all"]["outcome"]["total"] == 2
    assert "找不到文件" in call(*folders).stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "没有标注文件"), ("{", "不是有效的 JSON"), ("[]", "缺少 file"), ("{}", "缺少 file")],
)
def test_annotations_that_cannot_be_used(tmp_path: Path, content: str | None, words: str) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content, encoding="utf-8")
    result = call(tmp_path, tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_no_folder_of_annotations(tmp_path: Path) -> None:
    assert "找不到标注目录" in call(tmp_path, tmp_path / "没有").stderr
