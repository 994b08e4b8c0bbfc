"""Folding: what is uniform, what goes, what is joined; and that every offset leads back to the source."""

from __future__ import annotations

import pytest

from tracker.language.text import fold


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("２０２３年，达到９５％", "2023年，达到95%"),
        ("(一)强化学习;二是…", "（一）强化学习；二是…"),
        ("增加 1,200 人, 其中3:7", "增加1,200人，其中3:7"),
        ("2023 年 工作 计划", "2023年工作计划"),
        ("用好 MAP model 平台", "用好MAP model平台"),
        ("建设“京雄农谷[12]”和“三河〔3〕两岸”", "建设“京雄农谷”和“三河两岸”"),
        ("[1]名词：解释", "[1]名词：解释"),
        ("1.化解山林纠纷.组建专班,调处率90%.", "1.化解山林纠纷。组建专班，调处率90%。"),
        ("十一.其他事项,增长1.5倍", "十一.其他事项，增长1.5倍"),
        ("[bookmark: _GoBack]（一）开头", "（一）开头"),
        ("一  主要工作", "一、主要工作"),
        ("3 建立机制", "3、建立机制"),
        ("\u2003\u3000二、计划\u200b\ufeff", "二、计划"),
        ("序号\t任务\t单位", "序号｜任务｜单位"),
        ("1　　建设法治广场　　司法所　　9月底", "1｜建设法治广场｜司法所｜9月底"),
        ("政　　府　　工　　作　　报　　告", "政府工作报告"),
    ],
)
def test_fold(source: str, folded: str) -> None:
    assert fold(source).text == folded


@pytest.mark.parametrize(
    ("source", "folded"),
    [
        ("第一段。\n\n第二段。", "第一段。\n第二段。"),
        ("建设“放管\n服”改革试点。", "建设“放管服”改革试点。"),
        ("这是第一句，\n还没说完。", "这是第一句，还没说完。"),
        ("第一段。\n- 3 -\n第二段。", "第一段。\n第二段。"),
        ("第一段。\n第 3 页 共 10 页\n第二段。", "第一段。\n第二段。"),
        ("正文到此为止\n（一）下一条", "正文到此为止\n（一）下一条"),
        ("二、存在问题\n三、下一步打算", "二、存在问题\n三、下一步打算"),
        ("（一）\n统一协议文本。", "（一）统一协议文本。"),
        ("（一）\n（二）统一协议文本。", "（一）\n（二）统一协议文本。"),
    ],
)
def test_lines(source: str, folded: str) -> None:
    assert fold(source).text == folded


def test_hard_wrapped_lines_are_joined() -> None:
    lines = [
        "　　我镇将进一步完善重大行政决策程序，推动法律顾问全",
        "程参与决策论证，全年组织执法业务培训不少于四次，并",
    ]
    lines += ["将培训结果纳入年度考核，切实提升执法人员的办案能力", "和水平。"]
    source = "\n".join(lines * 4)
    assert fold(source).text.count("\n") == 3


@pytest.mark.parametrize(
    "source",
    [
        "２０２３年　(一) 强化[1]学习，\n完成 95 ％。\n- 1 -\n第二段",
        "",
        "\n\n",
        "一 二\t三",
        "“未闭合\n的引号",
    ],
)
def test_every_offset_leads_back(source: str) -> None:
    folded = fold(source)
    assert len(folded.origins) == len(folded.text) + 1
    assert list(folded.origins) == sorted(folded.origins)
    for start in range(len(folded.text)):
        low, high = folded.source_span(start, start + 1)
        assert 0 <= low < high <= len(source)
