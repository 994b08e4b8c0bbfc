"""WordprocessingML parts, parsed safely, their elements told apart by local names.

Local names, because transitional and strict files use different namespaces for the same elements.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from tracker.readers.base import UnreadableDocument
from tracker.readers.container import DAMAGED

_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_FORBIDDEN = "文件内含不允许的外部引用声明（DOCTYPE），已拒绝读取。请在 Word 或 WPS 中另存为 .docx 后重新上传。"
_OFF = frozenset({"0", "false", "off", "none"})


def parse_part(data: bytes) -> etree._Element:
    """Return the root of an XML part. Raises UnreadableDocument for a DOCTYPE or for XML that is not well-formed."""
    if any(mark in data for mark in _DOCTYPES):
        raise UnreadableDocument("forbidden_xml", _FORBIDDEN)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise UnreadableDocument("damaged", DAMAGED) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableDocument("forbidden_xml", _FORBIDDEN)
    return root


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first direct child of that local name."""
    return None if element is None else next(children(element, name), None)


def path(element: etree._Element | None, *names: str) -> etree._Element | None:
    """Return the element reached by following first children of these local names."""
    for name in names:
        element = child(element, name)
    return element


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the direct children of that local name."""
    return (each for each in element if local(each) == name)


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return an attribute by its local name, whatever its namespace."""
    if element is None:
        return None
    namespace = element.tag.rpartition("}")[0] + "}"
    value = element.get(namespace + name)
    if value is None:
        value = element.get(name)
    return None if value is None else str(value)


def number(element: etree._Element | None, name: str = "val") -> int | None:
    """Return an attribute as a whole number; None where there is none or it is no number."""
    value = attribute(element, name)
    try:
        return None if value is None else int(value)
    except ValueError:
        return None


def is_on(element: etree._Element | None) -> bool:
    """Say whether a toggle property (``<w:vanish/>``) is there and not switched off."""
    return element is not None and (attribute(element, "val") or "true").lower() not in _OFF
