"""Items are classed by the eight areas where their words say so, with the words that decided, else not at all."""

from __future__ import annotations

import pytest

from tests.domain.extraction_cases import read
from tools.measure_areas import GOLDEN, GOVERNMENT_LABELS, LAW_LABELS, PARTS, figures, judge, load_labels
from tracker.domain.areas import AREAS
from tracker.domain.classification import WEIGHTS, classify
from tracker.domain.documents import Span
from tracker.domain.formats import item_from_dict, item_to_dict
from tracker.domain.passages import read_passage
from tracker.language.lexicon import load_lexicon

FLOORS = {
    "worked_on": (0.90, 0.95, 0.96, 0.92),
    "kept_aside": (0.89, 0.92, 0.94, 0.91),
    "labelled_after": (0.8, 0.85, 0.9, 0.8),
}


@pytest.mark.parametrize(
    ("title", "text", "area"),
    [
        ("压实第一责任人职责", "主要负责同志每半年听取一次法治工作汇报，组织述法2次。", "组织领导"),
        ("优化营商环境", "推行告知承诺，新增高频事项20项。", "职能履行"),
        ("加强规范性文件管理", "6月底前完成文件清理，公布失效目录。", "制度建设"),
        ("规范决策程序", "重大行政决策合法性审查率达到100%。", "行政决策"),
        ("提高办案质量", "评查执法案卷20份。", "行政执法"),
        ("强化执法监督", "选聘特邀监督员10名，开展专项监督2次。", "监督制约"),
        ("办好公共法律服务", "调解矛盾纠纷，培养“法律明白人”4名。", "法治社会"),
        ("推进数据共享", "归集电子证照80类。", "数字政府"),
        (None, "举办法治课教师培训班三期。", "法治社会"),  # not 办法: 举办 is a word of its own
        (None, "行政执法监督全覆盖。", "监督制约"),  # the longer word
        (None, "由综合行政执法局牵头，召开座谈会两次。", None),  # an office's name says nothing
        ("加强队伍建设", "不断提高工作水平。", "组织领导"),
        (None, "再上新台阶。", None),
        (None, "", None),
    ],
)
def test_area(title: str | None, text: str, area: str | None) -> None:
    found = classify(title, None, text, load_lexicon())
    assert found.area == area
    assert bool(found.words) is bool(found.reason) is (area is not None)


def test_two_areas_that_weigh_alike_leave_it_open() -> None:
    assert classify(None, None, "开展普法和执法检查。", load_lexicon()).area is None


def test_the_title_decides_over_the_text() -> None:
    found = classify("深化普法宣传", None, "面向执法检查对象发放手册。", load_lexicon())
    assert found.area == "法治社会"
    assert "普法" in found.words


@pytest.mark.parametrize(
    ("title", "text", "area"),
    [
        ("推进城市更新", "改造老旧小区15个，数字化改造管网，加强市场监管。", None),
        ("做强茶产业", "推广数字化种植，开展专项整治。", None),
        ("深化政务服务改革", "推进“一网通办”。", "职能履行"),
    ],
)
def test_other_reports_must_say_it_in_their_first_words(title: str, text: str, area: str | None) -> None:
    assert classify(title, None, text, load_lexicon(), law_report=False).area == area


def test_every_area_has_words_of_every_weight() -> None:
    lists = load_lexicon().lists
    named = {key.split(".")[1] for key in lists if key.count(".") == 2 and key.startswith("areas.")}
    assert named == set(AREAS)
    assert all(lists[f"areas.{area}.{level}"] for area in AREAS for level in WEIGHTS)


TEXT = """柳河镇2023年法治政府建设情况报告
一、2023年工作情况
开展执法检查20次。
二、2024年工作计划
（一）提升办案质量。评查执法案卷20份。（责任单位：镇司法所）
（二）再上新台阶。不断开创新局面。
"""


def test_a_reading_has_areas_and_their_reasons() -> None:
    first, second = read(TEXT).items
    assert (first.area, second.area) == ("行政执法", None)
    assert any(reason.startswith("类别“行政执法”据“") for reason in first.reasons)
    assert not any("类别" in reason for reason in second.reasons)
    assert item_from_dict(item_to_dict(first)).area == "行政执法"
    assert item_to_dict(second)["area"] is None


def test_a_passage_pointed_out_by_hand_has_one_too() -> None:
    start = TEXT.index("评查执法案卷")
    assert read_passage(TEXT, Span(start, start + 11), 2024, load_lexicon(), name="m1").area == "行政执法"


def test_a_reading_stored_before_there_were_areas_has_none() -> None:
    values = item_to_dict(read(TEXT).items[0])
    del values["area"]
    assert item_from_dict(values).area is None


@pytest.mark.parametrize("part", PARTS)
def test_agreement_with_labels_stays_reached(part: str) -> None:
    judged = list(judge(GOLDEN, None, load_labels(LAW_LABELS)[part]))
    assert len(judged) > 90
    for (name, holds, total), floor in zip(figures(judged), FLOORS[part], strict=True):
        assert holds >= floor * total, name


@pytest.mark.parametrize("path", [LAW_LABELS, GOVERNMENT_LABELS], ids=lambda path: path.parent.name)
def test_labels_name_areas(path) -> None:
    for files in load_labels(path).values():
        for labels in files.values():
            for label in labels.values():
                for area in label if isinstance(label, list) else [label]:
                    assert area is None or area in AREAS
