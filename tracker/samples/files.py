"""The sample reports as files, in the form in which their units would hand them in."""

from __future__ import annotations

from datetime import date

from tracker.samples.docx_writer import write_docx
from tracker.samples.story import ReportSpec
from tracker.samples.when import render


def build_report_file(report: ReportSpec, today: date) -> tuple[str, bytes]:
    """Return the name and the content of a report's file with the years as of ``today``; the same day, the same bytes.

    In a .txt the cells of a table stand apart by two full-width spaces, as they do when a table is pasted as text.
    """
    name = render(report.upload_name, report.year(today))
    text = report.text(today)
    if report.format == "docx":
        return name, write_docx(text, numbered=report.numbered)
    return name, (text.replace("\t", "　　") + "\n").encode(report.encoding)


def build_evidence_file(name: str, content: str) -> tuple[str, bytes]:
    """Return the name and the bytes of a piece of evidence: a one-page .docx that holds ``content``."""
    stem = name.removesuffix(".docx")
    return f"{stem}.docx", write_docx(f"{stem}\n\n{content}", numbered=False)
