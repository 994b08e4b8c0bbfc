"""What texts speak of, by the company their words keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.domain.test_matching import earlier_report, later_report
from tools.build_topics import sentences_of, texts_of, topics_of
from tools.paraphrases import PARAPHRASES, Paraphrase, load_paraphrases
from tracker.domain.matching import link_reports
from tracker.domain.matching.topics import ENOUGH, LEVELS, NOWHERE, SpokenOf, decode, encode, load_topics, parse_topics
from tracker.language.lexicon import load_lexicon

SMALL = '[places]\n"1.0" = """\n甲乙=AAA\n甲乙丙=___\n"""\n"2.0" = """\n丁戊=VqV\n"""\n'


def close(one: str, other: str) -> float:
    """How close two texts lie."""
    topics = load_topics()
    return topics.place(one).closeness(topics.place(other))


@pytest.mark.parametrize(
    ("one", "near", "far"),
    [
        ("纠纷", "调解", "河道"),
        ("设立服务站", "建成联络点", "修订管理办法"),
        ("岗位练兵", "比武竞赛", "养老床位"),
        ("房屋拆迁", "群众回迁", "案卷评查"),
        ("严格落实河长制", "清理河道垃圾", "办理法律援助案件"),
    ],
)
def test_words_that_keep_the_same_company_lie_close(one: str, near: str, far: str) -> None:
    assert close(one, near) > close(one, far) + 0.1


def test_a_text_lies_where_its_words_do() -> None:
    assert close("开展调解", "开展调解") == pytest.approx(1.0)
    assert close("调解，调解，调解", "调解") == pytest.approx(1.0)
    assert close("12345，XYZ", "调解") == 0.0


def test_the_longest_word_is_read_and_rarity_counts() -> None:
    topics = parse_topics(SMALL)
    assert list(topics.words("甲乙丙甲乙，丁戊")) == ["甲乙丙", "甲乙", "丁戊"]
    assert list(topics.place("甲乙").values) == [2 * level for level in decode("AAA")]
    assert list(topics.place("丁戊").values) == [4 * level for level in decode("VqV")]


def test_letters_hold_levels() -> None:
    levels = [LEVELS[number % 4] for number in range(66)]
    assert decode(encode(levels)) == levels


def test_a_label_says_less_than_a_sentence_and_the_closest_clause_is_found() -> None:
    label, long = "矛盾纠纷方面", ["召开工作会议研究产业发展，", "调解员化解邻里矛盾纠纷十二起，", "新修道路三公里。"]
    spoken, own = SpokenOf([[label], long]), load_topics().place("化解矛盾纠纷")
    assert load_topics().place(label).words < ENOUGH
    assert spoken.sentences(own)[0] < close(label, "化解矛盾纠纷")
    assert spoken.clauses(1, own) > spoken.sentences(own)[1]


def test_nothing_is_spoken_of_where_nothing_is_known() -> None:
    known, unknown = load_topics().place("化解纠纷"), load_topics().place("12345")
    assert unknown is NOWHERE
    assert SpokenOf([]).sentences(known) == []
    assert SpokenOf([["化解纠纷。"]]).sentences(unknown) == [0.0]
    assert SpokenOf([["12345。"]]).clauses(0, known) == 0.0


def test_words_of_the_same_topic_are_named() -> None:
    topics = load_topics()
    assert topics.alike("设立服务站", "建成联络点") == ("服务站", "联络点")
    assert topics.alike("化解纠纷", "12345") is None


def test_the_table_is_learnt_the_same_twice_and_without_what_is_held_out(tmp_path: Path) -> None:
    text = "甲村调解纠纷，化解矛盾。乙村疏浚河道，清理垃圾。" * 10
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "held_out").mkdir()
    (tmp_path / "held_out" / "b.txt").write_text("隐患" * 50, encoding="utf-8")
    assert list(texts_of([tmp_path])) == [text]
    told = [Paraphrase("化解矛盾", ("邻里握手言和", "邻里不再争吵", "邻里和好"), ())]
    once, again = (topics_of(sentences_of(texts_of([tmp_path])), told) for _ in range(2))
    assert once == again
    assert {"河道", "邻里"} <= set(parse_topics(once).packed)
    assert "隐患" not in parse_topics(once).packed


def test_every_paraphrase_is_whole_and_a_broken_line_is_named(tmp_path: Path) -> None:
    assert all(len(one.answers) + len(one.decoys) == 5 for one in load_paraphrases(PARAPHRASES))
    (tmp_path / "near_a.tsv").write_text("甲\t乙\t丙\t丁\n", encoding="utf-8")
    assert load_paraphrases(tmp_path) == [Paraphrase("甲", ("乙",), ("丙", "丁"))]
    (tmp_path / "b.tsv").write_text("甲\t乙\t\t丁\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"b\.tsv"):
        load_paraphrases(tmp_path)


def test_the_reason_names_words_that_keep_the_same_company() -> None:
    report = link_reports(
        earlier_report("组织执法岗位练兵"),
        later_report("（二）抓队伍。举办执法人员比武竞赛、模拟法庭和庭审观摩等活动，选派执法骨干参加业务轮训。"),
        load_lexicon(),
    )
    reasons = [reason for link in report.links for evidence in link.evidence for reason in evidence.reasons]
    assert any(reason.startswith("常一同出现的词：") for reason in reasons)
