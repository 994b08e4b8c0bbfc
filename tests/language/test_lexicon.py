"""The word lists load, and an edited one that cannot be used names file and line."""

from __future__ import annotations

import pytest

from tracker.language.lexicon import FILES, WORDS_FOLDER, LexiconError, load_lexicon, parse_lexicon


def shipped() -> dict[str, str]:
    return {name: (WORDS_FOLDER / f"{name}.toml").read_text(encoding="utf-8") for name in FILES}


def test_the_shipped_lists_load_once() -> None:
    assert load_lexicon() is load_lexicon()
    assert "下一步" in load_lexicon().words("headings.plan")
    assert {day.words[0] for day in load_lexicon().named_days} >= {"国家宪法日", "春节"}


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        ("headings", "plan = [", "plan = [[", "格式不对"),
        ("units", "ceilings = [", "ceilings = [3, ", "不是词"),
        ("units", 'ceilings = ["以内", "以下", "之内"]', 'ceilings = "以内"', "一列词"),
        ("periods", "month = 12", "month = 13", "month"),
        ("periods", "lunar = [1, 1]", "lunar = [1]", "lunar"),
        ("themes", 'name = "监督"\n', "", "名称"),
    ],
)
def test_a_fault_is_named(file: str, before: str, after: str, message: str) -> None:
    texts = shipped()
    assert before in texts[file]
    texts[file] = texts[file].replace(before, after, 1)
    with pytest.raises(LexiconError) as caught:
        parse_lexicon(texts)
    assert caught.value.file == file
    assert message in str(caught.value)
    assert f"{file}.toml" in str(caught.value)


def test_a_missing_file_is_named() -> None:
    texts = shipped()
    del texts["themes"]
    with pytest.raises(LexiconError, match=r"themes\.toml"):
        parse_lexicon(texts)
