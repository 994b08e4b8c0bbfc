"""Small reports for the extraction's table tests: a text becomes a document, one block a line."""

from __future__ import annotations

from tracker.domain.documents import Block, Document, ReportReading, Span
from tracker.domain.extraction import read_report
from tracker.language.lexicon import load_lexicon


def document(text: str) -> Document:
    """Return ``text`` as a document with one block a line."""
    blocks: list[Block] = []
    at = 0
    for line in text.split("\n"):
        blocks.append(Block(Span(at, at + len(line)), "table_row" if "\t" in line else "paragraph"))
        at += len(line) + 1
    return Document(text, tuple(blocks), "text")


def read(text: str) -> ReportReading:
    """Read a report given as text."""
    return read_report(document(text), load_lexicon())


def with_plan(plan: str, problems: str = "一是执法力量不足。") -> ReportReading:
    """Read a small report for 2023 whose plan for 2024 is ``plan``."""
    return read(
        "南屏县柳河镇2023年法治政府建设情况报告\n一、工作开展情况\n（一）强化组织领导。召开会议3次。\n"
        f"二、存在问题\n{problems}\n三、2024年工作计划\n{plan}"
    )
