"""Texts that were made to hurt: fillers of any length, put into a report between its headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

HEAD = "柳河镇2023年法治政府建设情况报告\n一、存在问题\n"
PLAN = "\n二、2024年工作计划\n"
_NUMERALS = "一二三四五六七八九十"


def report_of(filler: str) -> str:
    """A report whose problems and whose plan are ``filler``."""
    return f"{HEAD}{filler}{PLAN}{filler}"


def _repeated(unit: str) -> Callable[[int], str]:
    return lambda size: unit * (size // len(unit))


def _nested(size: int) -> str:
    line = "、总体安排。（一）分项安排：1.具体安排；（1）小项安排：①细项安排，一是推进，二是落实；\n"
    lines = [f"{_NUMERALS[number % 10]}{line}" for number in range(size // (len(line) + 1) + 1)]
    return "".join(lines)[:size]


FILLERS: Mapping[str, Callable[[int], str]] = {
    "左括号": _repeated("（"),
    "成对括号": _repeated("（）"),
    "不分段的一行": _repeated("开展法治培训推进执法工作"),
    "只有数字": _repeated("1234567890"),
    "连写的序号": _repeated("一、二、三、（一）1."),
    "逐行的序号": _repeated("\n1、开展培训1次。"),
    "引号": _repeated("“"),
    "成对引号": _repeated("“学”"),
    "层层嵌套的列举": _nested,
    "一句话反复": _repeated("6月底前开展执法培训不少于4次。"),
    "一段话反复": _repeated("6月底前开展执法培训不少于4次。\n"),
    "一是二是": _repeated("一是推进执法，二是落实责任，"),
    "责任单位": _repeated("（责任单位：镇司法所）"),
    "空行": _repeated("\n"),
    "制表符": _repeated("任务\t责任单位\t时限\n"),
    "计划标题": _repeated("二、2024年工作计划\n"),
    "下一步": _repeated("下一步，我局将开展培训。"),
    "日期": _repeated("2024年6月底前，"),
}
"""Name → the filler of a given length."""
