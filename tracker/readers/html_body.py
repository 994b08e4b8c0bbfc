"""Where on a web page the text stands: the containers of the systems that government sites run on, else the densest block."""

from __future__ import annotations

import re

from lxml import etree

_IDS = (
    "UCAP-CONTENT",
    "zoom",
    "Zoom",
    "zoomcon",
    "vsb_content",
    "vsb_content_2",
    "js_content",
    "articleContent",
    "article_content",
    "artibody",
    "xxgk-content",
    "fontzoom",
    "NewsContent",
    "news_content",
    "div_content",
    "mainText",
    "contentText",
)
_CLASSES = (
    "TRS_Editor",
    "TRS_UEDITOR",
    "trs_editor_view",
    "pages_content",
    "article-content",
    "article_content",
    "articleContent",
    "article-con",
    "v_news_content",
    "xxgk-content",
    "xxgk_content",
    "view_content",
    "news_conent_two_text",
    "news_content",
    "newsContent",
    "detail-content",
    "detail_content",
    "zwgk_content",
    "content_nr",
    "rich_media_content",
    "wp_articlecontent",
    "Article_61",
    "ewb-article-content",
    "bt-content",
    "zhengwen",
    "Section0",
    "WordSection1",
    "Section1",
)
_ENOUGH = 80  # characters: a container with less holds a caption
_SHARE = 0.8  # of the text that is no link: what still holds so much is the body
_TITLE_NAMES = frozenset({"articletitle", "title", "og:title", "dc.title"})
_SITE = re.compile(r"\s*(?:[_|｜—–]|-{1,2}| - )\s*")
_TITLE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:article|arti|news|detail|xl|pages|content)?[_-]?(?:title|bt|biaoti)(?:$|[\s_-])", re.I
)
_REPORT = re.compile(r"报告|总结|汇报|计划|要点|安排|方案|情况")
_LONGEST_TITLE = 80


def find_body(root: etree._Element) -> tuple[etree._Element, bool]:
    """Return the element that holds the page's text, and whether it is one of the known containers."""
    for attribute, names in (("id", _IDS), ("class", _CLASSES)):
        held: dict[str, etree._Element] = {}
        for element in root.iterfind(f".//*[@{attribute}]"):
            for name in (element.get(attribute) or "").split()[:20]:
                if name in names and length(element) > max(_ENOUGH, length(held.get(name))):
                    held[name] = element
        for name in names:
            if name in held:
                return held[name], True
    return _densest(root), False


def length(element: etree._Element | None) -> int:
    """Return how many characters of text an element holds."""
    return 0 if element is None else sum(len(str(text).strip()) for text in element.itertext())


def _densest(root: etree._Element) -> etree._Element:
    """Go down from the body for as long as one child holds nearly all the text that is not in links."""
    body = root.find(".//body")
    current = root if body is None else body
    while True:
        whole = _plain_length(current)
        inner = [(child, _plain_length(child)) for child in current if isinstance(child.tag, str)]
        child, most = max(inner, key=lambda pair: pair[1], default=(current, 0))
        if child is current or most < _SHARE * max(1, whole) or child.tag in ("p", "span", "tbody", "tr", "ul", "ol"):
            return current
        current = child


def _plain_length(element: etree._Element) -> int:
    links = sum(length(link) for link in element.iterfind(".//a"))
    return max(0, length(element) - links)


def page_title(root: etree._Element) -> str:
    """Return the page's title without the site's name and without spaces; "" where it looks like none."""
    candidates = [
        element.get("content") or ""
        for element in root.iterfind(".//meta[@content]")
        if (element.get("name") or element.get("property") or "").lower() in _TITLE_NAMES
    ]
    candidates += ["".join(map(str, element.itertext())) for element in root.iterfind(".//h1")]
    candidates += [
        "".join(map(str, element.itertext()))
        for element in root.iterfind(".//*[@class]")
        if _TITLE_CLASS.search(element.get("class") or "") and length(element) <= _LONGEST_TITLE
    ]
    candidates += [_SITE.split(element.text or "")[0] for element in root.iterfind(".//title")]
    for candidate in candidates:
        title = re.sub(r"\s", "", candidate)
        if 6 <= len(title) <= _LONGEST_TITLE and _REPORT.search(title):
            return title
    return ""
