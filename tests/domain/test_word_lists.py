"""Edited word lists are checked: each fault with its file, the exact line and what to do; sound ones come into force."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.domain.extraction_cases import document
from tracker.domain.extraction import read_report
from tracker.domain.matching.words import load_words
from tracker.domain.word_lists import (
    SHIPPED,
    FolderUnreadable,
    WordListsUnusable,
    check_folder,
    check_texts,
    explain,
    shipped_texts,
    use_word_lists,
)
from tracker.language.lexicon import load_lexicon
from tracker.language.word_files import use_word_folder, word_folder

FILES = {name: f"{name}.toml" for name in SHIPPED}


@pytest.fixture(autouse=True)
def _shipped_again() -> Iterator[None]:
    yield
    use_word_folder(None)


def faults(name: str, before: str, after: str) -> list[str]:
    """What is found after a change of the shipped text."""
    text = shipped_texts()[name]
    assert before in text, before
    changed = text.replace(before, after, 1)
    return [str(fault) for fault in check_texts({name: changed}, FILES)]


def test_the_shipped_lists_are_sound() -> None:
    assert [str(fault) for fault in check_texts(shipped_texts(), FILES)] == []


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        # form
        ("units", 'abouts = ["左右"', 'abouts ["左右"', "缺等号"),
        ("units", 'abouts = ["左右", ', 'abouts = ["左右"， ', "中文标点“，”，请改成英文的 ,"),
        ("units", 'abouts = ["左右"', 'abouts = [“左右"', "中文标点“"),
        ("units", 'abouts = ["左右", ', 'abouts = ["左右" ', "两个词之间少了逗号"),
        ("units", 'abouts = ["左右"', 'abouts = ["左右', "双引号没有配对"),
        ("units", 'abouts = ["左右"', "abouts = [左右", "词要用英文双引号"),
        ("units", "abouts = [", "floors = [", "写了两次"),
        ("units", "[comparisons]", "[idioms]", "写了两次"),
        ("units", "[comparisons]", "随便写一句\n[comparisons]", "第"),
        # keys
        ("units", "abouts = [", "about = [", "没有叫“about”的词表。是不是“abouts”？"),
        ("units", "abouts = [", "zzz = [", "没有叫“zzz”的词表。这里可以有："),
        ("units", '">=" = [', '">" = [', "没有叫“>”的词表"),
        ("areas", '["数字政府"]', '["数字"]', "没有叫“数字”的词表。是不是“数字政府”？"),
        ("periods", "month = 12", "moon = 12", "没有“moon”这一项"),
        # types
        ("units", 'abouts = ["左右", "上下", "前后"]', 'abouts = "左右"', "英文方括号"),
        ("units", 'abouts = ["左右"', 'abouts = [3, "左右"', "第 1 项 3 不是词"),
        ("units", 'abouts = ["左右", "上下", "前后"]', "abouts = []", "一个词也没有"),
        ("matching", '"千" = 1000', '"千" = "1000"', "应当是数字"),
        ("matching", '  ["法律援助", "法援"],', '  "法律援助",', "英文方括号"),
        # words
        ("units", 'abouts = ["左右"', 'abouts = ["", "左右"', "空词"),
        ("units", 'abouts = ["左右"', 'abouts = [" 左右"', "前后有空格"),
        ("units", 'abouts = ["左右"', 'abouts = ["左"', "“左”太短"),
        ("units", 'abouts = ["左右"', 'abouts = ["——"', "只有标点"),
        ("units", 'abouts = ["左右"', 'abouts = ["左.*右"', "正则表达式"),
        ("units", 'abouts = ["左右"', 'abouts = ["左\\n右"', "看不见的字符"),
        ("units", 'abouts = ["左右"', 'abouts = ["' + "左右" * 30 + '"', "太长"),
        ("units", 'abouts = ["左右"', 'abouts = ["(左右)"', "请改成“（左右）”"),
        ("units", 'abouts = ["左右"', 'abouts = ["左右", "左右"', "写了两次（前一次在第"),
        # days and themes
        ("periods", "month = 12\nday = 4", "month = 13\nday = 4", "没有这一天"),
        ("periods", "month = 12\nday = 4", "month = 2\nday = 30", "没有这一天"),
        ("periods", "month = 12\nday = 4", 'month = 12\nday = 4\nsolar_term = "冬至"', "也只写一种"),
        ("periods", "lunar = [1, 1]", "lunar = [13, 1]", "农历日期"),
        ("periods", "lunar = [1, 1]", 'lunar = ["正月", 1]', "应当是数字"),
        ("periods", 'solar_term = "清明"', 'solar_term = "清明节"', "二十四节气"),
        ("themes", 'name = "监督"\n', "", "没有 name"),
        # contradictions
        ("headings", "problems = [", 'problems = ["工作计划", ', "又见于 headings.toml 第"),
        ("organisations", "support = [", 'support = ["责任单位", ', "一个标签只能有一个意思"),
        ("units", "floors = [", 'floors = ["以内", ', "既说上限又说下限"),
        ("units", '"<=" = [', '"<=" = ["不少于", ', "只能有一个方向"),
        ("periods", "quarter = [", 'quarter = ["每月", ', "只能对应一个周期"),
        ("periods", 'words = ["植树节"]', 'words = ["植树节", "劳动节"]', "只能对应一天"),
        ("areas", "neutral = [", 'neutral = ["普法", ', "不起作用"),
        ("matching", '  ["驿站", "服务站"],', '  ["驿站", "服务站", "公司"],', "一组同义词"),
        ("matching", "started = [", 'started = ["建成", ', "只能说明一种进度"),
    ],
)  # fmt: skip
def test_fault(name: str, before: str, after: str, message: str) -> None:
    found = faults(name, before, after)
    assert any(message in fault for fault in found), found
    assert all(fault.startswith(f"{name}.toml") for fault in found)


@pytest.mark.parametrize(
    ("name", "opening", "inserted", "down"),
    [
        ("headings", "standalone = [", '\n"甲乙丙丁",\n"",', 2),  # the line of the word, not of its list
        ("headings", "plan = [", '\n"甲乙丙",\n"丁戊", "甲乙丙",', 2),
        ("matching", "synonyms = [", '\n["甲乙丙", "丁戊己"],\n["丙丁",\n "甲乙丙"],', 3),
        ("periods", "quarter = [", '\n"逐个季度",\n 7,', 2),
        ("organisations", "task = [", '\n"甲乙丙",\n\n# 说明\n"甲",', 4),
    ],
)
def test_the_line_is_the_words_own(name: str, opening: str, inserted: str, down: int) -> None:
    text = shipped_texts()[name]
    changed = text.replace(opening, opening + inserted, 1)
    line = text[: text.index(opening)].count("\n") + 1
    assert [fault.line for fault in check_texts({name: changed}, FILES)] == [line + down]


def test_several_faults_are_all_told() -> None:
    texts = shipped_texts()
    units = texts["units"].replace('abouts = ["左右"', 'abouts = ["", 3, "左右"').replace("floors = [", "floor = [")
    themes = texts["themes"].replace("generic = [", "generic = [ “")
    found = [str(fault) for fault in check_texts({"units": units, "themes": themes}, FILES)]
    assert len(found) == 5  # empty, no word, unknown, missing, form
    assert sum(fault.startswith("themes.toml") for fault in found) == 1


def test_windows_line_ends_and_a_byte_order_mark_are_no_faults(tmp_path: Path) -> None:
    text = shipped_texts()["units"].replace("abouts = [", 'abouts = [\n"",', 1)
    (tmp_path / "units.toml").write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    found = check_folder(tmp_path)
    assert [fault.line for fault in found.faults] == [text[: text.index('""')].count("\n") + 1]
    assert "themes" in found.absent
    assert "units" not in found.absent


def test_a_folder_is_checked_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(FolderUnreadable, match="没有目录"):
        check_folder(tmp_path / "none")
    with pytest.raises(FolderUnreadable, match="没有词表"):
        check_folder(tmp_path)
    (tmp_path / "unit.toml").write_text("a = 1", encoding="utf-8")
    (tmp_path / "themes.toml").write_bytes(shipped_texts()["themes"].encode("gbk"))
    found = check_folder(tmp_path)
    assert {fault.file for fault in found.faults} == {"unit.toml", "themes.toml"}
    assert any("UTF-8" in fault.message for fault in found.faults)


REPORT = """柳河镇2023年法治政府建设情况报告
一、2023年工作情况
开展普法20次。
二、往后的路子
（一）补强力量。6月底前配备无人机2朵。
"""


def test_edited_lists_come_into_force(tmp_path: Path) -> None:
    texts = shipped_texts()
    (tmp_path / "units.toml").write_text(
        texts["units"].replace("countable = [", 'countable = ["朵", '), encoding="utf-8"
    )
    (tmp_path / "headings.toml").write_text(
        texts["headings"].replace("plan = [", 'plan = ["路子", ', 1), encoding="utf-8"
    )
    synonyms = texts["matching"].replace("synonyms = [", 'synonyms = [["无人机", "飞行器"],')
    (tmp_path / "matching.toml").write_text(synonyms, encoding="utf-8")
    assert read_report(document(REPORT), load_lexicon()).items == ()
    use_word_lists(tmp_path)
    assert word_folder() == tmp_path.resolve()
    assert load_lexicon() is load_lexicon()
    assert load_words() is load_words()
    item = read_report(document(REPORT), load_lexicon()).items[0]
    assert [(quantity.value, quantity.unit) for quantity in item.quantities] == [(2, "朵")]
    assert load_words().synonyms["飞行器"] == "无人机"
    use_word_lists(None)
    assert "路子" not in load_lexicon().words("headings.plan")


def test_faulty_lists_do_not_come_into_force(tmp_path: Path) -> None:
    (tmp_path / "units.toml").write_text("abouts = [", encoding="utf-8")
    with pytest.raises(WordListsUnusable, match=r"1 处差错，没有启用：\n  units\.toml 第 1 行"):
        use_word_lists(tmp_path)
    assert word_folder() is None


@pytest.mark.parametrize("name", SHIPPED)
def test_every_list_has_its_explanation_in_chinese(name: str) -> None:
    lists = explain(name, shipped_texts()[name])
    assert lists
    for each in lists:
        assert any("\u4e00" <= char <= "\u9fff" for char in each.explanation), each.key
