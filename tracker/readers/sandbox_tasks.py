"""The pieces of work that run in a child process: JSON values in, JSON values out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from tracker.domain.extraction import read_report
from tracker.domain.formats import Json, link_report_to_dict, reading_from_dict
from tracker.domain.matching import link_reports
from tracker.domain.matching.training import fingerprint
from tracker.domain.matching.words import load_model, parse_model
from tracker.domain.page_map import pages_from_json, pages_to_json, place_lines, with_recognised
from tracker.readers.base import Limits
from tracker.readers.cleanup import Line, build_document
from tracker.readers.extracting import extract_file, lexicon
from tracker.readers.pdf_lines import pdf_page_lines
from tracker.readers.registry import inspect_file
from tracker.readers.scans.extracting import extract_pages
from tracker.readers.scans.mixed import read_mixed
from tracker.readers.scans.pictures import page_png
from tracker.readers.sniffing import check_agreement

log = logging.getLogger(__name__)

_SAMPLE = """某某县某某镇人民政府
关于2030年度法治政府建设情况的报告
一、2030年工作开展情况
（一）严格公正执法。全年查办市容案件10件，组织岗位练兵2期。
二、存在的问题
一是巡查人手紧缺；二是普法办法不多。
三、2031年工作计划
（一）充实巡查力量。6月底前增配持证巡查员2名，每季度安排1次岗位练兵。（责任单位：城镇管理中队）
（二）创新普法形式。一是年内开展普法活动不少于4场；二是上半年出台普法工作方案。
"""


def read_and_extract(path: str, name: str, limits: dict[str, Any], converted: str | None = None) -> Json:
    """Read a file and return its reading as ``tracker extract --json`` prints it. Raises UnreadableDocument."""
    other = Path(converted) if converted else None
    return extract_file(Path(path), name=name, limits=Limits(**limits), converted=other).to_dict()


def media_type(path: str, name: str, limits: dict[str, Any]) -> str:
    """Return what kind of file this is by its bytes. Raises UnreadableDocument where it is not read here."""
    info = inspect_file(Path(path), name=name, limits=Limits(**limits))
    check_agreement(info.suffix, info.media_type)
    return info.media_type


def extract_scanned(pages: list[Json], name: str, sha256: str) -> Json:
    """Return the reading of recognised pages, with the place of each of their lines in its text under ``pages``."""
    return extract_pages(pages, name=name, sha256=sha256)


def extract_mixed(path: str, name: str, limits: dict[str, Any], seen: list[tuple[int, list[Json]]]) -> Json:
    """Return the reading of a file some of whose pages were recognised, with the places of their lines as ``pages``."""
    return read_mixed(Path(path), dict(seen), name=name, limits=Limits(**limits)).to_dict()


def pdf_pages_placed(path: str, text: str, recognised: list[Json]) -> list[Json]:
    """Return the pages of a PDF, some of them recognised, with the place in ``text`` of each of their lines."""
    printed = pdf_page_lines(Path(path), Limits())
    return pages_to_json(place_lines(text, with_recognised(printed, pages_from_json(recognised))))


def draw_page(path: str, index: int) -> Json:
    """Return a page of a PDF as a PNG in base64."""
    return page_png(path, index)


def link(earlier: Json, later: Json, model_text: str | None = None) -> Json:
    """Return ``links`` and ``unplanned`` of two readings in their JSON form, and the mark of the weights used."""
    model = parse_model(model_text) if model_text else load_model()
    report = link_reports(reading_from_dict(earlier), reading_from_dict(later), lexicon(), model)
    return {**link_report_to_dict(report), "model": fingerprint(model)}


def warm() -> None:
    """Load the word lists and the rules and use each of them once, so that a child finds everything ready.

    What fails here is told and left to fail again in the child that needs it; the others work.
    """
    try:
        reading = read_report(build_document([Line(_SAMPLE)], reader="text"), lexicon())
        link_reports(reading, reading, lexicon())
    except Exception:
        log.exception("the sandbox could not be warmed up")
