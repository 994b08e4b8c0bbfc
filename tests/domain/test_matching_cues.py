"""Turns of phrase: what a passage says of a thing beside its name, and how that weighs with the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.domain.test_matching import linked
from tools.tellings import load_tellings
from tools.train_cues import VERDICTS, Lesson, learn_turns, to_toml
from tracker.domain.documents import Outcome
from tracker.domain.matching.cues import Cues, load_cues, parse_cues, turns_of


def test_no_turn_goes_across_the_name_a_mark_or_a_number() -> None:
    turns = turns_of("建成渡口候船亭", "渡口候船亭已启用，服务12.5万人")
    assert {"已启用", "启用", "服务", "务0", "0万人"} <= turns
    assert not {turn for turn in turns if "候船" in turn or "用服" in turn or "亭已" in turn}


def test_the_turns_tell_most_tellings_apart() -> None:
    cues = load_cues()
    told = [way for ways in load_tellings().values() for line in ways for way in line]
    right = sum(
        (cues.bias + sum(cues.turns.get(turn, 0.0) for turn in turns_of(way.promise, way.passage)) > 0)
        == (way.outcome == "done")
        for way in told
    )
    assert right / len(told) > 0.88


@pytest.mark.parametrize(
    ("promise", "claim", "outcome"),
    [
        # success in words, told by no sign of the rules
        ("设立渡口水上救助站", "渡口水上救助站场地、人员敲定，各方意见征求后择机揭牌。", Outcome.PARTIAL),
        # what was promised is there, and another thing under way
        ("出台渡口管理办法", "渡口管理办法于6月施行，船员培训正在组织。", Outcome.DONE),
        # numbers hardly give way to words
        ("改造渡口候船亭12座", "渡口候船亭改造推进顺利，已改造9座。", Outcome.PARTIAL),
    ],
)
def test_words_weigh_with_the_rules(promise: str, claim: str, outcome: Outcome) -> None:
    assert linked(promise, claim).outcome is outcome


def test_an_outcome_by_words_names_them_and_asks_for_a_look() -> None:
    (evidence, *_) = linked("推动渡口公司化运营", "渡口公司化运营意向达成，协议文本正在磋商。").evidence
    assert evidence.reasons[-1].startswith("从措辞看还没有全部做到（“")
    assert evidence.reasons[-1].endswith("，请核对")


def test_learning_finds_the_turns_and_their_side_each_time_alike() -> None:
    done, open_ = frozenset(("启用", "已")), frozenset(("待", "将"))
    lessons = [Lesson("a", done, done=True), Lesson("a", open_, done=False)] * 5
    turns, bias = learn_turns(lessons)
    assert turns["启用"] > 0 > turns["待"]
    assert bias == 0
    assert (turns, bias) == learn_turns(lessons)


def test_the_table_survives_its_file_and_knows_every_rule() -> None:
    cues = load_cues()
    assert parse_cues(to_toml(cues)) == cues
    assert cues.verdicts.keys() == VERDICTS.keys()
    assert parse_cues(to_toml(Cues({}, {}, 0.0))) == Cues({}, {}, 0.0)


def test_a_line_that_is_not_whole_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("建成渡口\t渡口建成。\t渡口启用。\t渡口在建。\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv"):
        load_tellings(tmp_path)
