"""A report read once more for another year than its text was read with."""

from __future__ import annotations

from dataclasses import replace

from tracker.domain.documents import Document
from tracker.domain.extraction import read_report
from tracker.domain.formats import Json, reading_to_dict
from tracker.language.lexicon import load_lexicon


def reread_for_year(kept: Json, year: int | None) -> Json:
    """Read the text once more where a person says another year than it was read with: every date depends on it."""
    reading = kept["reading"]
    if year is None or reading["report_year"] == year:
        return kept
    document = Document(text=reading["text"], blocks=(), reader=reading.get("reader", ""))
    again = read_report(document, load_lexicon(), report_year=year)
    notices = list(dict.fromkeys([*reading["notices"], *again.notices]))
    if reading["report_year"] is not None:
        notices.append(f"报告写明的年度是 {reading['report_year']} 年，按您选择的 {year} 年入账。请核对。")
    source = {"file": reading.get("file", ""), "sha256": reading.get("sha256", ""), "reader": reading.get("reader", "")}
    pages = {"pages": reading["pages"]} if "pages" in reading else {}
    return {**kept, "reading": {**reading_to_dict(replace(again, notices=tuple(notices)), **source), **pages}}
