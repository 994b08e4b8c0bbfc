"""All word lists of the program under one roof: where they lie, what each is for, and whether edited ones are sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.domain.matching.words import DATA_FOLDER, parse_words
from tracker.language.contradictions import find_contradictions
from tracker.language.lexicon import LexiconError, parse_lexicon
from tracker.language.lexicon_check import Fault, FormCheck, WordList, read_list
from tracker.language.text import fold
from tracker.language.word_files import LISTS, WORDS_FOLDER, use_word_folder

MATCHING = "matching"
SHIPPED: Mapping[str, Path] = {
    **{name: WORDS_FOLDER / f"{name}.toml" for name in LISTS},
    MATCHING: DATA_FOLDER / "words.toml",
}
"""Name → the shipped file, in the order in which they are explained. In a folder of edited ones a file is ``name.toml``."""
_OPEN_TABLES = frozenset({("units", "scale")})
_TOLD = 5
_DAYS = ("named_days", "seasons", "stretches")
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SOLAR_TERMS = frozenset(
    [
        "立春",
        "雨水",
        "惊蛰",
        "春分",
        "清明",
        "谷雨",
        "立夏",
        "小满",
        "芒种",
        "夏至",
        "小暑",
        "大暑",
        "立秋",
        "处暑",
        "白露",
        "秋分",
        "寒露",
        "霜降",
        "立冬",
        "小雪",
        "大雪",
        "冬至",
        "小寒",
        "大寒",
    ]
)


class WordListsUnusable(Exception):
    """Edited word lists with faults; the message is a Chinese sentence."""


class FolderUnreadable(WordListsUnusable):
    """A folder of word lists that cannot be read."""


def shipped_texts() -> dict[str, str]:
    """Return the shipped texts by name."""
    return {name: path.read_text(encoding="utf-8") for name, path in SHIPPED.items()}


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found: faults, which must be mended, and the lists that the folder leaves to the shipped ones."""

    faults: tuple[Fault, ...]
    absent: tuple[str, ...]


def check_folder(folder: Path) -> Findings:
    """Check the word lists in a folder. Raises FolderUnreadable."""
    if not folder.is_dir():
        raise FolderUnreadable(f"没有目录 {folder}。可以先用 tracker lexicon export {folder} 写出一份。")
    texts: dict[str, str] = {}
    faults = [_stranger(path) for path in sorted(folder.glob("*.toml")) if path.stem not in SHIPPED]
    for name in SHIPPED:
        path = folder / f"{name}.toml"
        if not path.is_file():
            continue
        try:
            texts[name] = path.read_text(encoding="utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError:
            faults.append(Fault(path.name, 0, "不是 UTF-8 编码。请用记事本“另存为”，编码选 UTF-8。"))
        except OSError as error:
            raise FolderUnreadable(f"{path} 不能读取（{error.strerror}）。") from error
    if not texts and not faults:
        raise FolderUnreadable(f"目录 {folder} 里没有词表。可以先用 tracker lexicon export {folder} 写出一份。")
    faults += check_texts(texts, {name: f"{name}.toml" for name in texts})
    return Findings(tuple(sorted(faults)), tuple(name for name in SHIPPED if not (folder / f"{name}.toml").is_file()))


def use_word_lists(folder: Path | None) -> None:
    """Check a folder of edited lists and read from it from now on; None: the shipped ones. Raises WordListsUnusable."""
    if folder is not None:
        faults = check_folder(folder).faults
        if faults:
            told = "\n".join(f"  {fault}" for fault in faults[:_TOLD])
            more = f"\n  …… 共 {len(faults)} 处" if len(faults) > _TOLD else ""
            raise WordListsUnusable(
                f"词表目录 {folder} 有 {len(faults)} 处差错，没有启用：\n{told}{more}\n"
                f"请改正后用 tracker lexicon check {folder} 检查；取消环境变量 TRACKER_LEXICON_FOLDER 则用自带的词表。"
            )
    use_word_folder(folder)


def _stranger(path: Path) -> Fault:
    return Fault(
        path.name, 0, f"没有这样一份词表，程序不会读它。词表有：{'、'.join(f'{name}.toml' for name in SHIPPED)}。"
    )


def check_texts(texts: Mapping[str, str], files: Mapping[str, str]) -> list[Fault]:
    """Return all faults of edited texts by name; the lists that are not among them stay as shipped. ``files`` are their names."""
    shipped = {name: read_list(SHIPPED[name].name, text) for name, text in shipped_texts().items()}
    faults: list[Fault] = []
    sound: dict[str, WordList] = {name: found for name, found in shipped.items() if isinstance(found, WordList)}
    for name, text in texts.items():
        found = read_list(files[name], text)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        form = list(_form_faults(name, found, sound[name].values))
        faults += form
        sound[name] = found
    faults += find_contradictions(sound)
    return sorted(set(faults)) if faults else _loading_faults(texts, files)


def _form_faults(name: str, found: WordList, shipped: Mapping[str, Any]) -> Iterator[Fault]:
    as_read = (lambda word: word) if name == MATCHING else _folded
    yield from FormCheck(found, _OPEN_TABLES if name == MATCHING else frozenset(), as_read).faults(shipped)
    if name == "periods":
        for table in _DAYS:
            yield from _day_faults(found, table)
    if name == "themes":
        yield from _theme_faults(found)


def _folded(word: str) -> str:
    return fold(word).text


def _day_faults(found: WordList, table: str) -> Iterator[Fault]:
    entries = found.values.get(table, ())
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        here = (table, number)
        if not isinstance(entry, dict):
            continue
        words = entry.get("words")
        if not words:
            yield found.fault(here, '这一条没有 words。请写上名称，如 words = ["国家宪法日"]。')
        ways = [way for way in ("month", "lunar", "solar_term") if way in entry]
        if len(ways) != 1:
            yield found.fault(
                here, '日期要写一种，也只写一种：month 和 day，或 lunar = [月, 日]，或 solar_term = "清明"。'
            )
        elif ways == ["month"] and not _is_day(entry.get("month"), entry.get("day")):
            yield found.fault(
                (*here, "day" if "day" in entry else "month"), "没有这一天。month 是 1—12，day 是当月的日子。"
            )
        elif ways == ["lunar"] and not _is_lunar(entry["lunar"]):
            yield found.fault((*here, "lunar"), "农历日期写作 lunar = [月, 日]，月 1—12，日 1—30。")
        elif ways == ["solar_term"] and entry["solar_term"] not in _SOLAR_TERMS:
            yield found.fault((*here, "solar_term"), f"“{entry['solar_term']}”不是二十四节气之一。")


def _is_day(month: object, day: object) -> bool:
    if not (isinstance(month, int) and isinstance(day, int)):
        return False
    return 1 <= month <= 12 and 1 <= day <= _DAYS_OF_MONTH[month - 1]


def _is_lunar(value: object) -> bool:
    if not (isinstance(value, list) and len(value) == 2 and all(isinstance(part, int) for part in value)):
        return False
    month, day = value
    return bool(1 <= month <= 12 and 1 <= day <= 30)


def _theme_faults(found: WordList) -> Iterator[Fault]:
    entries = found.values.get("themes", ())
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        for key, example in (("name", '"普法宣传"'), ("words", '["普法", "宣传"]')):
            if isinstance(entry, dict) and not entry.get(key):
                yield found.fault(("themes", number), f"这个主题没有 {key}。请写上，如 {key} = {example}。")


def _loading_faults(texts: Mapping[str, str], files: Mapping[str, str]) -> list[Fault]:
    """Load the lists as the program does: what the rules above have missed must not surface later."""
    whole = {**shipped_texts(), **texts}
    faults: list[Fault] = []
    try:
        parse_lexicon({name: whole[name] for name in LISTS})
    except LexiconError as error:
        faults.append(Fault(files.get(error.file, f"{error.file}.toml"), error.line or 0, error.message))
    try:
        parse_words(whole[MATCHING])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        faults.append(Fault(files.get(MATCHING, "matching.toml"), 0, f"不能使用（{type(error).__name__}：{error}）。"))
    return faults


# ---- what each list is for ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Explained:
    """One list: its key (``headings.plan``), the comment above it, where it stands, and what is in it."""

    key: str
    explanation: str
    line: int
    value: Any


def explain(name: str, text: str) -> list[Explained]:
    """Return the lists of a file with the comments above them, in the file's order."""
    found = read_list(f"{name}.toml", text)
    if isinstance(found, Fault):
        raise LexiconError(name, found.line, found.message)
    lines = text.replace("\r\n", "\n").split("\n")
    head = _comment_above(lines, next((n for n, line in enumerate(lines, 1) if not line.startswith("#")), 1))
    explained: list[Explained] = []
    for path, value in _lists(found.values):
        line = found.lines[path]
        told = _comment_above(lines, line) or _comment_above(lines, found.lines[path[:1]]) or head
        explained.append(Explained(".".join((name, *map(str, path))), told, line, value))
    return explained


def _lists(values: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in values.items():
        if isinstance(value, dict) and any(isinstance(inner, list | dict) for inner in value.values()):
            yield from _lists(value, (*path, key))
        else:
            yield (*path, key), value


def _comment_above(lines: list[str], number: int) -> str:
    told: list[str] = []
    at = number - 2
    while at >= 0 and lines[at].startswith("#"):
        told.insert(0, lines[at].lstrip("# "))
        at -= 1
    return "".join(told)
