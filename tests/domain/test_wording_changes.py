"""What changed in a promise from year to year: numbers, dates and words, each known as what it is."""

from __future__ import annotations

import pytest

from tracker.domain.wording_changes import changed_kinds, wording_changes


def written(before: str, after: str) -> str:
    """Removed words in [-…], added ones in [+…], with what they are."""
    marks = {"added": "+", "removed": "-"}
    return "".join(
        piece.text if piece.kind == "same" else f"[{marks[piece.kind]}{piece.what[0]}:{piece.text}]"
        for piece in wording_changes(before, after)
    )


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("全年宣讲不少于10场。", "全年宣讲不少于8场。", "全年宣讲不少于[-n:10][+n:8]场。"),
        ("6月底前印发方案。", "9月底前印发方案。", "[-d:6月底][+d:9月底]前印发方案。"),
        ("（一）修订目录。", "（三）修订目录。", "修订目录。"),
        ("新建城市厕所20座。", "新建农村厕所20座。", "新建[-w:城市][+w:农村]厕所20座。"),
        ("整改率100%。", "整改率达到95%以上。", "整改率[-n:100%][+w:达到][+n:95%][+w:以上]。"),
        ("印发办法。", "印发办法。", "印发办法。"),
        ("每季度检查1次。", "每半年检查一次。", "[-d:每季度][+w:每半年]检查[-n:1][+n:一]次。"),
    ],
)
def test_changes(before: str, after: str, marked: str) -> None:
    assert written(before, after) == marked


def test_kinds_the_most_telling_first() -> None:
    assert changed_kinds(wording_changes("6月底前宣讲10场", "9月底前宣讲8场以上")) == ("number", "date", "words")
    assert changed_kinds(wording_changes("宣讲", "宣讲")) == ()


def test_nothing_is_lost() -> None:
    before, after = "上半年制定指引，全年指导成立业委会20个。", "全年指导成立业委会15个，开展履职培训2次。"
    pieces = wording_changes(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before


def test_very_long_texts_are_shown_without_marks() -> None:
    long = "很长的承诺" * 800
    assert wording_changes(long, long + "！")[0].text == long + "！"
