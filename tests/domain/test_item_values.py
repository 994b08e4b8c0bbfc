"""Deadlines, units, commitments, checkability and answers of items, through the whole reading."""

from __future__ import annotations

import pytest

from tests.domain.extraction_cases import with_plan


@pytest.mark.parametrize(
    ("item", "due", "source", "milestones"),
    [
        ("6月底前完成改造。", "2024-06-30", "text", []),
        ("6月底前完成改造，新增人员6名。", "2024-06-30", "text", []),
        ("6月底前完成改造；每季度培训1次。", "2024-12-31", "text", ["2024-06-30"]),
        ("6月底前完成改造。加强日常管理。", "2024-12-31", "plan_year", ["2024-06-30"]),
        ("抓改造。6月底前完成改造。", "2024-06-30", "text", []),
        ("3月底前摸底，9月底前完成改造。", "2024-09-30", "text", ["2024-03-31"]),
        ("年内建成广场。", "2024-12-31", "text", []),
        ("加强日常管理。", "2024-12-31", "plan_year", []),
        ("长期坚持、常态化推进。", "2024-12-31", "plan_year", []),
        ("围绕国家宪法日开展宣传。", "2024-12-31", "plan_year", ["2024-12-04"]),
        ("到2026年实现全覆盖。", "2026-12-31", "text", []),
        ("完成改造。（责任单位：司法所；完成时限：2024年5月底前）", "2024-05-31", "text", []),
        ("制定2024年培训计划。", "2024-12-31", "text", []),
    ],
)
def test_deadlines(item: str, due: str, source: str, milestones: list[str]) -> None:
    found = with_plan(f"1.{item}").items[0].deadline
    assert (str(found.due_on), found.source.value, [str(day) for day in found.milestones]) == (due, source, milestones)


def test_a_five_year_part_is_due_with_its_period() -> None:
    from tests.domain.extraction_cases import read

    reading = read(
        "政府工作报告\n（2021年1月9日在溪禾县第十七届人民代表大会第一次会议上）\n一、2020年工作回顾\n完成投资20亿元。\n"
        "二、“十四五”时期主要目标任务\n（一）壮大产业。培育企业50家。\n三、2021年重点工作\n（一）抓项目。开工项目20个。"
    )
    assert [str(item.deadline.due_on) for item in reading.items] == ["2025-12-31", "2021-12-31"]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("1.完成改造。（责任单位：司法所）", [(("司法所",), ())]),
        ("1.完成改造。（牵头单位：司法所；配合单位：党政办、各村）", [(("司法所",), ("党政办", "各村"))]),
        ("1.完成改造。\n责任单位：司法所", [(("司法所",), ())]),
        ("（一）规范审查。一是制定办法；二是落实制度。（牵头单位：司法所）", [(("司法所",), ()), (("司法所",), ())]),
        (
            "（一）规范审查。一是制定办法（责任单位：司法所）；二是落实制度（责任单位：党政办）。",
            [(("司法所",), ()), (("党政办",), ())],
        ),
        ("1.完成改造（司法所牵头，综治中心配合）。", [(("司法所",), ("综治中心",))]),
        ("任务\t责任单位\t配合单位\n完成镇域改造任务\t司法所、执法队\t各村", [(("司法所", "执法队"), ("各村",))]),
    ],
)
def test_responsible_units(plan: str, expected: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    reading = with_plan(plan)
    assert [(item.responsible, item.supporting) for item in reading.items] == expected
    assert all("单位：" not in item.text for item in reading.items)


@pytest.mark.parametrize(
    ("item", "commitments"),
    [
        ("6月底前完成改造；每季度培训1次。", ["6月底前完成改造；", "每季度培训1次。"]),
        (
            "建设法治广场1处，举办法治讲座10场，开展案卷评查2次。",
            ["建设法治广场1处，", "举办法治讲座10场，", "开展案卷评查2次。"],
        ),
        ("加强业务培训，提高办案能力。", ["加强业务培训，提高办案能力。"]),
        ("配备审查员2名，文件审查率达到100%。", ["配备审查员2名，", "文件审查率达到100%。"]),
        ("为基层所更新装备10套，在重点路段安装监控45处。", ["为基层所更新装备10套，", "在重点路段安装监控45处。"]),
        ("推动设立执法大队，6月底前完成人员选调。", ["推动设立执法大队，", "6月底前完成人员选调。"]),
        ("培训调解员80人，确保持证率达到90%。", ["培训调解员80人，", "确保持证率达到90%。"]),
        ("实施北坡修复工程，治理面积420亩。", ["实施北坡修复工程，治理面积420亩。"]),
        ("联合司法局制定《委托执法规范》，5月底前印发。", ["联合司法局制定《委托执法规范》，5月底前印发。"]),
        ("通过招录、选调等方式，9月底前新增人员4名。", ["通过招录、选调等方式，9月底前新增人员4名。"]),
    ],
)
def test_commitments_lose_nothing(item: str, commitments: list[str]) -> None:
    found = with_plan(f"1.{item}").items[0]
    assert [commitment.text for commitment in found.commitments] == commitments
    assert "".join(commitment.text for commitment in found.commitments) == found.text


@pytest.mark.parametrize(
    ("item", "vague"),
    [
        ("进一步增强法治意识，不断提高依法办事能力。", True),
        ("加强组织领导，压实工作责任，确保落到实处。", True),
        ("制定合法性审查工作规程。", False),
        ("组织培训2次。", False),
        ("6月底前完成清理。", False),
        ("围绕国家宪法日开展活动。", False),
        ("修订《柳河镇议事规则》。", False),
        ("推进“八五”普法中期评估。", False),
    ],
)
def test_vague(item: str, vague: bool) -> None:
    assert with_plan(f"1.{item}").items[0].vague is vague


def test_answers_and_what_nobody_answers() -> None:
    reading = with_plan(
        "（一）充实执法力量。招录执法人员3名。\n（二）丰富普法形式。制作普法短视频10部。",
        "一是执法人员数量不足；二是普法形式单一；三是河道采砂监管有盲区。",
    )
    assert [item.answers for item in reading.items] == [("p1",), ("p2",)]
    assert reading.unanswered_problems == ("p3",)
    assert any("回应问题 p1" in reason for reason in reading.items[0].reasons)
