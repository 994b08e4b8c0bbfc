"""What two versions of a report have in common, sentence by sentence, and which promises a change touches."""

from __future__ import annotations

import pytest

from tests.services.test_links import ANSWER
from tracker.domain.documents import Document, ReportReading
from tracker.domain.extraction import read_report
from tracker.domain.relinking import changes_between, is_touched, moved_passages, shares_words
from tracker.language.lexicon import load_lexicon


def read(text: str) -> ReportReading:
    return read_report(Document(text, (), "text"), load_lexicon(), report_year=2026)


OLD = read(ANSWER)


def test_the_same_text_changes_nothing():
    changes = changes_between(OLD, read(ANSWER))
    assert changes.claims_nothing_new
    assert (changes.added_items, dict(changes.items)) == ((), {"i1": "i1", "i2": "i2"})


def test_a_changed_sentence_is_gone_and_added():
    changes = changes_between(OLD, read(ANSWER.replace("210人次", "220人次")))
    assert [span.of(ANSWER) for span in changes.gone] == [
        "镇公共法律服务工作站于10月建成并投入使用，接待群众咨询210人次。"
    ]
    assert list(changes.added) == ["镇公共法律服务工作站于10月建成并投入使用，接待群众咨询220人次。"]


def test_a_sentence_in_another_section_is_another_sentence():
    moved = ANSWER.replace("建立涉企执法扫码登记制度，全年登记入企检查63次。\n", "").replace(
        "普法形式单一", "建立涉企执法扫码登记制度，全年登记入企检查63次。\n普法形式单一"
    )
    changes = changes_between(OLD, read(moved))
    assert len(changes.gone) == len(changes.added) == 1


def test_items_keep_their_words_under_new_ids():
    new = ANSWER.replace("（一）抓好普法宣传", "（一）办好实事。年底前建成停车场1处。\n（二）抓好普法宣传").replace(
        "（二）推进", "（三）推进"
    )
    changes = changes_between(OLD, read(new))
    assert dict(changes.items) == {"i1": "i2", "i2": "i3"}
    assert len(changes.added_items) == 1


ROW = {"outcome": "done", "evidence": [], "contradicted_by": [], "repeated_in": []}


@pytest.mark.parametrize(
    ("change", "row", "wording", "touched"),
    [
        (("63次", "64次"), ROW, "建成镇公共法律服务工作站", False),
        (("63次", "64次"), ROW, "推行涉企执法扫码登记", True),
        (("63次", "64次"), {**ROW, "outcome": "not_mentioned"}, "建成镇公共法律服务工作站", True),
        (("不少于8场", "不少于9场"), {**ROW, "repeated_in": ["i1"]}, "开展宣讲", True),
        (("不少于8场", "不少于8场"), {**ROW, "repeated_in": ["i1"]}, "开展宣讲", False),
    ],
)
def test_touched(change, row, wording, touched):
    changes = changes_between(OLD, read(ANSWER.replace(*change)))
    assert is_touched(wording, [row], changes) is touched


def test_a_passage_whose_sentence_is_gone():
    at = ANSWER.index("接待群众咨询")
    row = {**ROW, "evidence": [{"text": "接待群众咨询210人次", "start": at, "end": at + 12}]}
    changes = changes_between(OLD, read(ANSWER.replace("210人次", "220人次")))
    assert is_touched("别的事", [row], changes)
    assert moved_passages(row["evidence"], read(ANSWER.replace("210人次", "220人次"))) is None


@pytest.mark.parametrize(
    ("sentence", "wording", "related"),
    [
        ("化解信访积案9件", "年底前化解信访积案8件", True),
        ("人民政府的政府工作", "举办政府开放日", False),
    ],
)
def test_shared_words(sentence, wording, related):
    assert shares_words(sentence, wording) is related
