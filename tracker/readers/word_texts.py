"""The texts and signs that runs of a Word document hold, and what a document may hold beside them."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from tracker.readers.wordml import MC, W, attribute, local

_DELETING = (W + "del", W + "moveFrom", W + "cellDel")
_NESTING = (MC + "AlternateContent", *(W + name for name in ("txbxContent", "fldChar", "instrText", "sdt", "ruby")))
"""Elements without which a paragraph holds runs of text and nothing that is left out or put aside."""
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
TEXTS = frozenset({"t", "sym", *_SIGNS})
_TEXT_TAGS = tuple("{*}" + name for name in sorted(TEXTS))
_TAB = W + "tab"
_WINGDINGS = {0xFC: "✓", 0xFE: "☑", 0xFD: "☒", 0xA8: "□", 0x6F: "□", 0x52: "☑", 0xFB: "✗"}


@dataclass(frozen=True, slots=True)
class Traits:
    """What may occur in a document: most need not be asked for it paragraph by paragraph."""

    hides: bool = True
    deletes: bool = True
    nests: bool = True

    @classmethod
    def of(cls, body: etree._Element, styles: etree._Element | None) -> Traits:
        """Return the traits of a body and its styles, each looked through once by the XML library."""
        return cls(
            hides=hides_text(body) or hides_text(styles),
            deletes=_has(body, _DELETING),
            nests=_has(body, _NESTING),
        )

    @property
    def is_plain(self) -> bool:
        """Whether the text of a paragraph is all text below it."""
        return not (self.hides or self.deletes or self.nests)


def hides_text(root: etree._Element | None) -> bool:
    """Say whether a part's formatting or its styles hide anything; a part that is not there does not."""
    return root is not None and _has(root, (W + "vanish",))


def _has(root: etree._Element, tags: tuple[str, ...]) -> bool:
    return next(root.iter(*tags), None) is not None


def plain_text(paragraph: etree._Element) -> str:
    """Return the texts and signs below a paragraph of a plain document; tab stops are no tabs."""
    return "".join(
        [
            (element.text or "") if (name := local(element)) == "t" else text_of(element, name)
            for element in paragraph.iter(*_TEXT_TAGS)
            if element.tag != _TAB or not _is_tab_stop(element)
        ]
    )


def _is_tab_stop(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent) == "tabs"


def text_of(element: etree._Element, name: str) -> str:
    """Return the text of a run's element ``name``."""
    if name == "t":
        return element.text or ""
    return _symbol(element) if name == "sym" else _SIGNS[name]


def _symbol(element: etree._Element) -> str:
    """Return a symbol's sign; of the symbol fonts only ticks and boxes are known."""
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    if 0xE000 <= code <= 0xF8FF:
        return _WINGDINGS.get(code & 0xFF, "") if "wingdings" in (attribute(element, "font") or "").lower() else ""
    return chr(code) if 0x20 <= code < 0xD800 else ""
