"""Whether an item can be supervised: the four aspects, the vague words, and the skeleton for rewriting it."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.actions import Grade, find_actions
from tracker.domain.assessment import AspectKind, Assessment, KnownFacts, Presence, assess
from tracker.domain.documents import Span
from tracker.domain.rewriting import BlankLeft, blanks_left, check_blanks, skeleton
from tracker.language.lexicon import load_lexicon
from tracker.language.quantities import find_amounts

LEXICON = load_lexicon()
FACTS = KnownFacts(2026)
P, W, M = Presence.PRESENT, Presence.PARTIAL, Presence.MISSING


def judged(wording: str, facts: KnownFacts = FACTS) -> Assessment:
    return assess(wording, facts, LEXICON)


def rewritten(wording: str, facts: KnownFacts = FACTS) -> str:
    return skeleton(wording, judged(wording, facts), facts, LEXICON)


@pytest.mark.parametrize(
    ("clause", "verb", "words", "grade"),
    [
        ("进一步加强执法队伍建设。", "加强", "执法队伍建设", Grade.DEFINITE),
        ("年内开展普法活动不少于4场。", "开展", "普法活动", Grade.DEFINITE),
        ("召开2次联席会议。", "召开", "联席会议", Grade.DEFINITE),
        ("9月底前组织业务培训4期。", "组织", "业务培训", Grade.DEFINITE),
        ("对重点行业开展执法检查。", "开展", "重点行业", Grade.DEFINITE),
        ("把矛盾化解在基层。", "化解", "矛盾", Grade.DEFINITE),
        ("法治文化广场建设", "", "法治文化广场建设", Grade.DEFINITE),
        ("围绕国家宪法日开展宣讲。", "开展", "宣讲", Grade.DEFINITE),
        ("每所学校至少聘请一名法律顾问。", "聘请", "法律顾问", Grade.DEFINITE),
        ("一般性案件差错率降至2%以下。", "", "一般性案件差错率", Grade.DEFINITE),
        ("全面推进依法行政。", "推进", "依法行政", Grade.BROAD),
        ("加强法治政府建设。", "加强", "法治政府建设", Grade.BROAD),
        ("健全工作机制。", "健全", "工作机制", Grade.BROAD),
        ("加强工作。", "加强", "工作", Grade.HOLLOW),
        ("强化责任落实。", "强化", "责任落实", Grade.HOLLOW),
    ],
)
def test_verb_and_object(clause: str, verb: str, words: str, grade: Grade) -> None:
    figures = [Span(found.start, found.end) for found in find_amounts(clause, 0, len(clause), LEXICON)]
    action = find_actions(clause, figures, LEXICON)[0]
    assert (action.verb, action.words, action.grade) == (verb, words, grade)
    assert action.span.of(clause) == words


@pytest.mark.parametrize(
    ("wording", "expected"),  # object, result, date, owner
    [
        ("6月底前新增持证执法人员2名。（责任单位：镇司法所）", (P, P, P, P)),
        ("充实队伍。6月底前新增执法人员2名。9月底前培训4期。", (P, P, P, M)),
        ("进一步加强执法队伍建设。", (P, M, M, M)),
        ("加强工作，不断提升能力水平。", (M, M, M, M)),
        ("全面推进依法行政。", (W, M, M, M)),
        ("全年开展普法活动。", (P, M, W, M)),
        ("全年开展普法活动不少于4场。", (P, P, W, M)),
        ("结合民法典宣传月走进村社开展宣讲。", (P, M, P, M)),
        ("6月底前完成改造。加强日常管理。", (P, M, W, M)),
        ("每季度开展执法检查1次。", (P, P, P, M)),
        ("印发《行政合同审查办法》。", (P, P, M, M)),
        ("", (M, M, M, M)),
        ("\n\n", (M, M, M, M)),
    ],
)
def test_aspects(wording: str, expected: tuple[Presence, ...]) -> None:
    assert tuple(aspect.presence for aspect in judged(wording).aspects) == expected


@pytest.mark.parametrize(
    ("facts", "kind", "presence", "words"),
    [
        (KnownFacts(2026, owners=("县司法局",)), AspectKind.OWNER, P, "县司法局"),
        (KnownFacts(2026, date(2026, 6, 30), due_confirmed=True), AspectKind.DATE, P, "2026-06-30"),
        (KnownFacts(2026, date(2026, 6, 30), due_stated=True, due_words="6月底前"), AspectKind.DATE, P, "6月底前"),
        (KnownFacts(2026, date(2026, 12, 31)), AspectKind.DATE, M, ""),
        (KnownFacts(2026, targets=("宣讲 不少于 4 场",)), AspectKind.RESULT, P, "宣讲 不少于 4 场"),
    ],
)
def test_what_is_known_beside_the_wording_counts(
    facts: KnownFacts, kind: AspectKind, presence: Presence, words: str
) -> None:
    aspect = judged("进一步加强执法队伍建设。", facts).of(kind)
    assert (aspect.presence, aspect.words, aspect.span) == (presence, words, None)


def test_every_span_shows_the_words_it_stands_for() -> None:
    wording = "（1） 不断 加强执法队伍建设，6月底前新增持证执法人员 2名。（责任单位：镇司法所）"
    found = judged(wording)
    shown = {aspect.kind: aspect.span.of(wording) for aspect in found.aspects if aspect.span}
    assert shown[AspectKind.DATE] == "6月底前"
    assert shown[AspectKind.RESULT] == "2名"
    assert shown[AspectKind.OWNER] == "（责任单位：镇司法所）"
    assert [word.span.of(wording) for word in found.vague_words] == ["不断", "加强"]


def test_vague_words_say_what_to_write_instead() -> None:
    words = judged("进一步加强宣传，着力完善制度，加强培训。").vague_words
    assert [word.word for word in words] == ["进一步", "加强", "着力", "完善"]
    assert [word.instead for word in words[:2]] == ["只表程度，可以删去", "写明做什么、做几次"]


@pytest.mark.parametrize(
    ("wording", "facts", "vague"),
    [
        ("加强执法队伍建设。", FACTS, True),
        ("加强执法队伍建设，开展培训4期。", FACTS, False),
        ("年底前加强执法队伍建设。", FACTS, False),
        ("加强执法队伍建设。", KnownFacts(2026, date(2026, 6, 30), due_stated=True), False),
        ("加强执法队伍建设。", KnownFacts(2026, date(2026, 12, 31), due_confirmed=True), True),
        ("加强执法队伍建设。", KnownFacts(2026, targets=("培训 4 期",)), False),
    ],
)
def test_an_edit_changes_the_verdict(wording: str, facts: KnownFacts, vague: bool) -> None:
    assert judged(wording, facts).vague is vague


OWNED = KnownFacts(2026, date(2026, 6, 30), due_confirmed=True, owners=("镇司法所",))


@pytest.mark.parametrize(
    ("wording", "facts", "expected"),
    [
        (
            "进一步加强执法队伍建设，切实规范执法行为。",
            FACTS,
            "由【牵头单位】于【×月底前】加强执法队伍建设，规范执法行为，开展【什么活动】【几】次。",
        ),
        ("加强工作。", FACTS, "由【牵头单位】于【×月底前】加强【具体对象】工作，开展【什么活动】【几】次。"),
        ("普法。年内开展普法活动不少于4场。", FACTS, "普法。由【牵头单位】年内开展普法活动不少于4场。"),
        ("完善重大事项公开制度。", OWNED, "由镇司法所于6月底前完善重大事项公开制度，印发【文件名称】。"),
        ("全年开展普法活动。", FACTS, "由【牵头单位】于【×月底前】开展普法活动，形成【数量或成果】。"),
        ("下一步，我局将制作普法短视频10部。", FACTS, "由【牵头单位】于【×月底前】制作普法短视频10部。"),
        ("法治文化广场建设", FACTS, "由【牵头单位】于【×月底前】完成法治文化广场建设，形成【数量或成果】。"),
        (
            "6月底前完成改造；全面巡查。",
            KnownFacts(2026, owners=("城管办",)),
            "由城管办6月底前完成改造；巡查，形成【数量或成果】，其余于【×月底前】完成。",
        ),
        ("6月底前新增持证执法人员2名。（责任单位：镇司法所）", FACTS, ""),
        ("", FACTS, ""),
    ],
)
def test_a_skeleton_keeps_what_is_said_and_asks_for_what_is_not(wording: str, facts: KnownFacts, expected: str) -> None:
    assert rewritten(wording, facts) == expected


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 12, 31), "年底前"),
        (date(2026, 2, 28), "2月底前"),
        (date(2026, 6, 15), "6月15日前"),
        (date(2027, 3, 31), "2027年3月底前"),
    ],
)
def test_a_known_deadline_is_written_as_reports_write_it(due: date, words: str) -> None:
    facts = KnownFacts(2026, due, due_confirmed=True, owners=("镇司法所",))
    assert rewritten("完善重大事项公开制度。", facts).startswith(f"由镇司法所于{words}完善")


def test_blanks_that_nobody_filled_are_found_and_other_brackets_are_not() -> None:
    text = rewritten("加强执法队伍建设。")
    assert blanks_left(text, LEXICON) == ("【牵头单位】", "【×月底前】", "【什么活动】", "【几】")
    assert blanks_left("【责任单位：镇司法所】6月底前完成。", LEXICON) == ()
    with pytest.raises(BlankLeft, match="【牵头单位】") as refused:
        check_blanks(text, LEXICON)
    assert refused.value.field == "wording"


def test_a_skeleton_filled_in_lacks_nothing_any_more() -> None:
    text = "由镇司法所于6月底前加强执法队伍建设，开展业务培训2次。"
    assert [aspect.kind for aspect in judged(text).lacking] == [AspectKind.OWNER]  # the form's own field names the unit
    assert judged(text, KnownFacts(2026, owners=("镇司法所",))).lacking == ()


def test_hostile_text_is_answered() -> None:
    for text in ("加强" * 2000, "（" * 4000, "，" * 4000, "1" * 4000, "把" * 4000, "\n" * 4000):
        judged(text)
        rewritten(text)
