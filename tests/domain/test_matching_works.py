"""A list of works of which the later report only says that all of them are done."""

from __future__ import annotations

import pytest

from tests.domain.test_matching import EARLIER, LATER
from tools.linking_gold import read_text
from tracker.domain.documents import Link, Outcome
from tracker.domain.matching import link_reports
from tracker.language.lexicon import load_lexicon

WORKS = (
    "（一）办好10件民生实事。为独居老人安装烟雾报警器260台。修缮村级图书室12间。开通夜间公交2条。\n（二）做好档案归集。"
)


def answers(claim: str, *, plan: str = WORKS, problems: str = "一是执法力量薄弱。") -> dict[str, Link]:
    """The rows of the plan's commitments by the first characters of their text."""
    earlier = read_text(EARLIER.format(plan=plan))
    later = read_text(
        LATER.format(claims=f"（二）保障民生。{claim}", problems=problems, plan="（一）抓好公文处理，做好日常值守。")
    )
    rows = {row.commitment: row for row in link_reports(earlier, later, load_lexicon()).links if row.commitment}
    return {
        commitment.text[:4]: rows[commitment.id]
        for item in earlier.items
        for commitment in item.commitments
        if commitment.id in rows
    }


def test_a_work_without_a_word_of_its_own_is_done_with_its_list():
    told = answers("年初承诺的10项民生实事全部完成。")
    for work in ("修缮村级", "开通夜间"):
        row = told[work]
        assert row.outcome is Outcome.DONE
        assert "10项民生实事全部完成" in row.evidence[0].text
        assert "报告称整份清单已全部完成，没有单独说到这一件，请核对" in row.evidence[0].reasons
        assert [(figure.actual, figure.met) for figure in row.figures] == [(None, None)]
    assert told["做好档案"].outcome is Outcome.NOT_MENTIONED


def test_its_own_passage_comes_first():
    told = answers("10件民生实事圆满完成，修缮村级图书室9间。")
    row = told["修缮村级"]
    assert row.outcome is Outcome.PARTIAL
    assert [(figure.target, figure.actual, figure.met) for figure in row.figures] == [(12, 9, False)]


@pytest.mark.parametrize(
    "claim",
    [
        "10件民生实事基本完成。",
        "10件民生实事全面启动，完成投资300万元。",
        "省里下达的15项民生实事全部完成。",
        "10项民心工程全部完成。",
    ],
)
def test_another_list_or_a_hedge_is_no_answer(claim: str):
    assert answers(claim)["开通夜间"].outcome is Outcome.NOT_MENTIONED


def test_what_is_admitted_is_not_done_with_its_list():
    told = answers("10件民生实事全部完成。", problems="一是夜间公交2条尚未开通。")
    assert told["开通夜间"].outcome is Outcome.NOT_MENTIONED
    assert told["开通夜间"].contradicted_by


def test_a_theme_is_no_list():
    plan = "（一）用心办好民生实事。开通夜间公交2条。\n（二）做好档案归集。"
    assert answers("10件民生实事全部完成。", plan=plan)["开通夜间"].outcome is Outcome.NOT_MENTIONED
