"""A report laid out: nothing lost, nothing doubled, marks where they belong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.documents import Section, SectionKind, Span
from tracker.domain.report_layout import LaidSection, Mark, Segment, lay_out

TEXT = "白鹭镇报告\n一、工作\n开展培训。组织宣讲；完成清理。\n二、计划\n6月底前建成调解室。年内办讲座4场。"
WORK = Section(SectionKind.WORK_DONE, "一、工作", Span(6, 26))
PLAN = Section(SectionKind.PLAN, "二、计划", Span(27, len(TEXT)))


def segments(sections: tuple[LaidSection, ...]) -> list[Segment]:
    return [
        segment
        for section in sections
        for line in section.lines
        for sentence in line.sentences
        for segment in sentence.segments
    ]


def joined(sections: tuple[LaidSection, ...]) -> str:
    lines = (
        "".join(segment.text for sentence in line.sentences for segment in sentence.segments)
        for section in sections
        for line in section.lines
    )
    return "\n".join(lines)


def test_all_text_is_there_once_under_its_section() -> None:
    laid = lay_out(TEXT, (WORK, PLAN), ())
    assert joined(laid) == TEXT
    assert [(section.kind, section.label) for section in laid] == [
        ("preamble", ""),
        ("work_done", "工作开展"),
        ("plan", "下步计划"),
    ]
    assert [line.heading for line in laid[1].lines] == [True, False]


def test_each_sentence_has_its_offset() -> None:
    laid = lay_out(TEXT, (WORK, PLAN), ())
    for section in laid:
        for line in section.lines:
            assert line.start == line.sentences[0].start
            for sentence in line.sentences:
                assert TEXT.startswith(sentence.segments[0].text, sentence.start)
    starts = [sentence.start for line in laid[2].lines for sentence in line.sentences]
    assert [TEXT[start : start + 4] for start in starts] == ["二、计划", "6月底前", "年内办讲"]


def test_an_item_over_several_sentences_is_numbered_once() -> None:
    start = TEXT.index("6月底")
    laid = lay_out(TEXT, (PLAN,), [Mark("item", "7", Span(start, len(TEXT)), "1")])
    marked = [segment for segment in segments(laid) if segment.item == "7"]
    assert [segment.first for segment in marked] == [True, False]
    assert [segment.number for segment in marked] == ["1", ""]


def test_the_innermost_of_overlapping_marks_is_shown_and_the_other_named() -> None:
    outer, inner = TEXT.index("开展"), TEXT.index("组织")
    marks = [Mark("item", "1", Span(outer, outer + 15), "1"), Mark("item", "2", Span(inner, inner + 5), "2")]
    within = next(segment for segment in segments(lay_out(TEXT, (WORK,), marks)) if segment.text == "组织宣讲；")
    assert (within.item, within.also) == ("2", ("1",))


def test_marks_of_different_kinds_stand_on_one_stretch() -> None:
    start = TEXT.index("年内")
    marks = [
        Mark("item", "3", Span(start, start + 8), "3", dismissed=True),
        Mark("problem", "p1", Span(start, start + 4), "1"),
        Mark("quote", "quote", Span(start + 2, start + 6)),
    ]
    cut = [segment for segment in segments(lay_out(TEXT, (PLAN,), marks)) if segment.item == "3"]
    assert [segment.text for segment in cut] == ["年内", "办讲", "座4", "场。"]
    assert [segment.problem for segment in cut] == ["p1", "p1", None, None]
    assert [segment.quoted for segment in cut] == [False, True, True, False]
    assert all(segment.dismissed for segment in cut)


def test_a_section_inside_another_interrupts_it() -> None:
    inner = Section(SectionKind.PROBLEMS, "", Span(TEXT.index("组织"), TEXT.index("完成")))
    laid = lay_out(TEXT, (WORK, inner, PLAN), ())
    assert [section.kind for section in laid] == ["preamble", "work_done", "problems", "work_done", "plan"]


def test_an_empty_text_has_no_sections() -> None:
    assert lay_out("", (), ()) == ()
    assert lay_out("\n \n", (), ()) == ()


@given(
    st.text(alphabet="甲乙。；\n 一", max_size=60),
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from(["item", "problem", "quote"])), max_size=6
    ),
)
def test_no_mark_loses_or_doubles_text(text: str, ranges: list[tuple[int, int, str]]) -> None:
    marks = [
        Mark(kind, str(number), Span(start, min(start + length, len(text))))
        for number, (start, length, kind) in enumerate(ranges)
        if start < len(text)
    ]
    shown = "".join(segment.text for segment in segments(lay_out(text, (), marks)))
    assert shown.replace(" ", "") == text.replace("\n", "").replace(" ", "")
