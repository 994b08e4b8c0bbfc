"""Promises told of in words of success that are not, or not all, kept; and those that only look so."""

from __future__ import annotations

import pytest

from tests.domain.test_matching import linked
from tracker.domain.documents import Outcome


@pytest.mark.parametrize(
    ("promise", "claim", "sign"),
    [
        # a rest that is left
        (
            "建成村级便民服务站",
            "村级便民服务站在上河、下河等村建成，余下几个村的方案已批复。",
            "报告称还有一部分没有完成",
        ),
        # a trial where everywhere was promised
        (
            "全面推行“综合查一次”",
            "“综合查一次”率先在餐饮、加油站两个行业试行，联合检查企业31家。",
            "承诺全面推开，报告只称先行试点",
        ),
        # papers where the thing itself was promised
        ("建成镇全民健身中心", "镇全民健身中心完成可研评审，站址用地已获批。", "报告只称有了“可研”"),
        # a stage on the way to a title
        ("创建国家卫生县城", "国家卫生县城创建通过省级技术评估，综合得分位居前列。", "报告只称到了“技术评估”"),
        # work measured by its progress
        ("建成县第二水厂", "县第二水厂土建近八成，取水口围堰完工。", "报告称工程还在进行（“近八成”）"),
        ("建成运河法治公园", "运河法治公园绿化已经收尾，宪法长廊正在布展。", "报告称工程还在进行（“收尾”）"),
        # a later day
        ("设立数字仲裁庭1个", "数字仲裁庭的录音录像设备已装好，等待接入办案系统。", "报告称还要等（“等待”）"),
        # so many of them, and a measured rest
        ("推动渡口统一标识", "15处渡口中13处换上统一标识。", "报告只称做到一部分（“15处渡口中13处”）"),
        ("推动云鹤隧道年底贯通", "云鹤隧道右洞贯通、左洞剩余640米，累计进尺6.8公里。", "报告称还有一部分没有完成"),
        # some alone, where it was promised without such limits
        (
            "建立惠企政策“免申即享”机制",
            "惠企政策“免申即享”机制在科技部门先行先试，兑现资金340万元。",
            "报告只称先行试点（“先行先试”）",
        ),
        # what others are to grant
        ("推动县职校升格更名为学院", "县职校更名学院通过省专家组考察，公示期满后揭牌。", "报告只称到了“专家组考察”"),
        # soon, and soon to be begun
        (
            "县社会福利院改造投用",
            "县社会福利院两栋楼改造一新，老人们入住的日子越来越近。",
            "报告只称快了（“越来越近”）",
        ),
        ("开工建设县医院新院区", "县医院新院区施工图审查合格，春节后即可开工。", "报告称还没有开工（“后即可”）"),
        # fewer where none were to be left
        ("消除集体经济薄弱村", "集体经济薄弱村由34个减至6个。", "承诺全部消除，报告只称减少"),
    ],
)
def test_signs_that_a_thing_is_not_all_there(promise: str, claim: str, sign: str) -> None:
    link = linked(promise, claim)
    assert link.outcome is Outcome.PARTIAL
    assert sign in [reason for evidence in link.evidence for reason in evidence.reasons]


@pytest.mark.parametrize(
    ("promise", "claim"),
    [
        # the rest is settled, or more than was promised
        ("开展规范性文件全面清理", "规范性文件全面清理136件，废止29件，其余107件继续执行。"),
        ("改造农村公路36公里", "改造农村公路41公里，另有12公里正在铺设。"),
        # a trial was promised, and papers were
        ("开展“综合查一次”试点", "“综合查一次”试点在餐饮、加油站两个行业开展，联合检查企业31家。"),
        ("完成县第二水厂前期工作", "县第二水厂初步设计获批，前期工作全部完成。"),
        # another work, told of in the same breath, is not finished
        ("完成石桥至上庄道路改建", "完成石桥至上庄道路改建工程，柳河城乡客运综合枢纽站主体完工。"),
        # the title came
        ("创建国家卫生县城", "国家卫生县城创建通过省级技术评估，10月获正式命名。"),
    ],
)
def test_what_only_looks_unfinished(promise: str, claim: str) -> None:
    assert linked(promise, claim).outcome is Outcome.DONE


@pytest.mark.parametrize(
    ("promise", "decoy"),
    [
        ("支持莲塘社区创建省级综合减灾示范社区", "莲塘县获评省级综合减灾示范县。"),
        ("制定《柳河镇农村建房巡查办法》", "巡查农村建房工地186次，叫停未批先建9户。"),
    ],
)
def test_another_holder_and_a_paper_that_is_not_there_answer_nothing(promise: str, decoy: str) -> None:
    assert linked(promise, decoy).outcome is Outcome.NOT_MENTIONED
