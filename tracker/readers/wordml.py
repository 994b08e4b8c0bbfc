"""WordprocessingML parts, parsed safely, and short ways through their elements."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from tracker.readers.base import UnreadableDocument
from tracker.readers.container import DAMAGED

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = (
    b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
)
"""Strict files call the same elements by another namespace."""

_FORBIDDEN = "文件内含不允许的外部引用声明（DOCTYPE），已拒绝读取。请在 Word 或 WPS 中另存为 .docx 后重新上传。"
_OFF = frozenset({"0", "false", "off", "none"})
_STYLE_END = b"</w:style>"
_LATENT_END = b"</w:latentStyles>"
_FORMAT, _FORMAT_END = b"<w:rPr>", b"</w:rPr>"
_FORMAT_TELLS = (b"vanish", b"del", b"moveFrom", b"<!", b"-->", b"]]>", b"<?", b"?>")
"""What in a run's or mark's formatting hides or deletes, or shows that it begins or ends within a comment or the like."""
_locals: dict[str, str] = {}
_MOST_NAMES = 10_000


def parse_part(data: bytes) -> etree._Element:
    """Return the root of an XML part. Raises UnreadableDocument for a DOCTYPE or for XML that is not well-formed."""
    if any("<!DOCTYPE".encode(encoding) in data for encoding in _encodings(data)):
        raise UnreadableDocument("forbidden_xml", _FORBIDDEN)
    if _STRICT[0] in data:
        data = data.replace(*_STRICT)
    parser = etree.XMLParser(
        collect_ids=False,
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
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise UnreadableDocument("damaged", DAMAGED) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableDocument("forbidden_xml", _FORBIDDEN)
    return root


def _encodings(data: bytes) -> tuple[str, ...]:
    return ("utf-8", "utf-16-le", "utf-16-be") if b"\0" in data[:4] else ("utf-8",)


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace; "" for what is no element."""
    tag = element.tag
    try:
        return _locals[tag]
    except KeyError:
        pass
    name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
    if len(_locals) < _MOST_NAMES:  # a hostile file may make up names without end
        _locals[tag] = name
    return name


def child(element: etree._Element | None, name: str, namespace: str = W) -> etree._Element | None:
    """Return the first direct child of that name."""
    return None if element is None else next(element.iterchildren(namespace + name), None)


def path(element: etree._Element | None, *names: str) -> etree._Element | None:
    """Return the element reached by following first children of these names."""
    for name in names:
        element = child(element, name)
    return element


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the direct children of that name."""
    yield from element.iterchildren(W + name)


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Return an attribute; None where there is no element or no such attribute."""
    return None if element is None else element.get(W + name)


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


def without_unused_styles(data: bytes) -> bytes:
    """Return a styles part without what is most of it and which nothing here looks at: table styles, latent styles."""
    latent, end = data.find(b"<w:latentStyles "), data.find(_LATENT_END)
    if 0 <= latent < end:
        data = data[:latent] + data[end + len(_LATENT_END) :]
    kept: list[bytes] = []
    at = 0
    while (start := data.find(b"<w:style ", at)) >= 0:
        tag_end = data.find(b">", start)
        end = data.find(_STYLE_END, tag_end)
        if tag_end < 0 or end < 0:
            break
        end = tag_end + 1 if data[tag_end - 1 : tag_end] == b"/" else end + len(_STYLE_END)
        is_table = b'w:type="table"' in data[start:tag_end]
        kept.append(data[at : start if is_table else end])
        at = end
    return b"".join(kept) + data[at:]


def without_formatting(data: bytes, *, hidden_styles: bool) -> bytes:
    """Return a main part without the formatting of its runs, most of it, where that says nothing about the text.

    With styles that hide text it does say something: it names them.
    """
    if hidden_styles:
        return data
    first, *pieces = data.split(_FORMAT)
    parted = [piece.partition(_FORMAT_END) for piece in pieces]
    formats = b"\n".join({each[0] for each in parted})
    if any(sign in formats for sign in _FORMAT_TELLS) or not all(end for _, end, _ in parted):  # nested, or without end
        return data
    return first + b"".join([rest for _, _, rest in parted])
