"""A small writer of OFD files (GB/T 33190): paragraphs typeset on pages, with the liberties that real files take."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

NAMESPACE = "http://www.ofdspec.org/2016"


@dataclass(frozen=True, slots=True)
class Setting:
    """How a file is written. Lengths in millimetres."""

    size: float = 5.6
    pitch: float = 10.2
    letters: int = 28  # on a line
    lines: int = 22  # on a page
    left: float = 28.0
    top: float = 37.0
    indent: int = 2
    prefix: str = "ofd:"
    runs: str = "g"  # how steps are written: g (g n v), plain, letter (a TextCode for each letter)
    ctm: bool = False
    blocks: int = 0  # PageBlocks around each text
    header: str = ""
    footer: str = "— {} —"
    absolute: bool = False  # absolute names in BaseLoc
    upper: bool = False  # members' names in capitals
    root: str = "OFD.xml"
    picture: bool = False  # a picture covers each page
    template: str = ""
    shuffled: bool = False  # lines from the last to the first


PLAIN = Setting()


def write_ofd(path: Path, *documents: Sequence[str | Sequence[Sequence[str]]], setting: Setting = PLAIN) -> Path:
    """Write a file of one or more documents; a paragraph is a text, a table its rows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: str) -> None:
            named = name.upper() if setting.upper else name
            archive.writestr(named, '<?xml version="1.0" encoding="UTF-8"?>' + content)

        bodies = "".join(
            tag(setting, "DocBody", tag(setting, "DocInfo", "") + tag(setting, "DocRoot", f"Doc_{number}/Document.xml"))
            for number in range(len(documents))
        )
        put(setting.root, tag(setting, "OFD", bodies, top=True, Version="1.0", DocType="OFD"))
        for number, blocks in enumerate(documents):
            _document(put, f"Doc_{number}", blocks, setting)
    return path


def write_scanned_ofd(path: Path, *pictures: bytes | str, suffix: str = "jpg") -> Path:
    """Write a file whose pages are pictures alone, each beside a small one (a logo) that is not to be read.

    A page given as a text is printed, a line for each of its lines.
    """
    setting = PLAIN
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        body = tag(setting, "DocBody", tag(setting, "DocRoot", "Doc_0/Document.xml"))
        archive.writestr("OFD.xml", tag(setting, "OFD", body, top=True, Version="1.0", DocType="OFD"))
        common = tag(setting, "PageArea", tag(setting, "PhysicalBox", "0 0 210 297")) + tag(
            setting, "DocumentRes", "DocumentRes.xml"
        )
        pages = "".join(
            tag(setting, "Page", "", ID=10 + number, BaseLoc=f"Pages/Page_{number}/Content.xml")
            for number in range(len(pictures))
        )
        root = tag(setting, "CommonData", common) + tag(setting, "Pages", pages)
        archive.writestr("Doc_0/Document.xml", tag(setting, "Document", root, top=True))
        media = ""
        for number, picture in enumerate(pictures):
            if isinstance(picture, str):
                lines = (text_object(setting, text, 28, 40 + 12 * at, 6) for at, text in enumerate(picture.split("\n")))
                archive.writestr(f"Doc_0/Pages/Page_{number}/Content.xml", _page(setting, "".join(lines)))
                continue
            name = f"Image_{number}.{suffix}"
            archive.writestr(f"Doc_0/Res/{name}", picture)
            file = tag(setting, "MediaFile", name)
            media += tag(setting, "MultiMedia", file, ID=100 + number, Type="Image", Format=suffix.upper())
            drawn = tag(setting, "ImageObject", "", ID=7, ResourceID=99, Boundary="10 10 20 20")
            drawn += tag(setting, "ImageObject", "", ID=8, ResourceID=100 + number, Boundary="0 0 210 297")
            archive.writestr(f"Doc_0/Pages/Page_{number}/Content.xml", _page(setting, drawn))
        resources = tag(setting, "Res", tag(setting, "MultiMedias", media), top=True, BaseLoc="Res")
        archive.writestr("Doc_0/DocumentRes.xml", resources)
    return path


def tag(setting: Setting, name: str, content: str, *, top: bool = False, **attributes: object) -> str:
    """Return an element in the file's way of naming."""
    said = "".join(f' {key}="{escape(str(value))}"' for key, value in attributes.items())
    if top:
        said += f' xmlns:ofd="{NAMESPACE}"' if setting.prefix else f' xmlns="{NAMESPACE}"'
    return f"<{setting.prefix}{name}{said}>{content}</{setting.prefix}{name}>"


def _document(put, folder: str, blocks: Sequence[str | Sequence[Sequence[str]]], setting: Setting) -> None:
    pages = _typeset(blocks, setting)
    places = [f"Pages/Page_{number}/Content.xml" for number in range(len(pages))]
    lead = f"/{folder}/" if setting.absolute else ""
    area = tag(setting, "PageArea", tag(setting, "PhysicalBox", "0 0 210 297"))
    template = (
        tag(setting, "TemplatePage", "", ID=2, BaseLoc=f"{lead}Tpls/Tpl_0/Content.xml") if setting.template else ""
    )
    listed = "".join(tag(setting, "Page", "", ID=10 + n, BaseLoc=lead + place) for n, place in enumerate(places))
    root = tag(setting, "CommonData", area + template) + tag(setting, "Pages", listed)
    put(f"{folder}/Document.xml", tag(setting, "Document", root, top=True))
    if setting.template:
        drawn = text_object(setting, setting.template, 28, 20, 4)
        put(f"{folder}/Tpls/Tpl_0/Content.xml", _page(setting, drawn))
    for number, (place, drawn) in enumerate(zip(places, pages, strict=True), start=1):
        parts = list(reversed(drawn)) if setting.shuffled else drawn
        if setting.header:
            parts.append(text_object(setting, setting.header, 80, 20, 3.5))
        if setting.footer:
            parts.append(text_object(setting, setting.footer.format(number), 98, 280, 4))
        if setting.picture:
            parts.insert(0, tag(setting, "ImageObject", "", ID=7, ResourceID=9, Boundary="0 0 210 297"))
        use = tag(setting, "Template", "", TemplateID=2, ZOrder="Background") if setting.template else ""
        put(f"{folder}/{place}", _page(setting, "".join(parts), use))


def _page(setting: Setting, drawn: str, template: str = "") -> str:
    layer = tag(setting, "Layer", drawn, ID=3, Type="Body")
    return tag(setting, "Page", template + tag(setting, "Content", layer), top=True)


def _typeset(blocks: Sequence[str | Sequence[Sequence[str]]], setting: Setting) -> list[list[str]]:
    """Break paragraphs into lines and lines into pages."""
    pages: list[list[str]] = [[]]
    row = 0

    def room(lines: int) -> float:
        nonlocal row
        if row + lines > setting.lines:
            pages.append([])
            row = 0
        at = setting.top + row * setting.pitch
        row += lines
        return at

    for block in blocks:
        if isinstance(block, str):
            for indent, line in wrap(block, setting.letters, setting.indent):
                x = setting.left + indent * setting.size
                y = room(1)
                pages[-1].append(text_object(setting, line, x, y, setting.size))
            continue
        for cells in block:
            y = room(1)
            pages[-1].append(_row(setting, cells, y))
    return pages


def wrap(text: str, letters: int, indent: int) -> list[tuple[int, str]]:
    """Break a paragraph into lines of full-width letters, its first moved in."""
    lines = [(indent, text[: letters - indent])]
    rest = text[letters - indent :]
    while rest:
        lines.append((0, rest[:letters]))
        rest = rest[letters:]
    return lines


def _row(setting: Setting, cells: Sequence[str], y: float) -> str:
    """Draw a row of a table with its borders."""
    width = setting.letters * setting.size / len(cells)
    drawn = ""
    for index, cell in enumerate(cells):
        x = setting.left + index * width
        path = f"M 0 0 L {width} 0 L {width} {setting.pitch} L 0 {setting.pitch} C"
        box = f"{x} {y - 1.0} {width} {setting.pitch}"
        drawn += tag(setting, "PathObject", tag(setting, "AbbreviatedData", path), ID=5, Boundary=box)
        drawn += text_object(setting, cell, x + 1, y, 3.5)
    return drawn


def text_object(setting: Setting, text: str, x: float, y: float, size: float) -> str:
    """Draw one line, its upper left corner at (x, y)."""
    scale = 2.0 if setting.ctm else 1.0
    inner = size / scale
    more = {"CTM": f"{scale} 0 0 {scale} 0 0"} if setting.ctm else {}
    base = round(inner * 0.85, 3)
    if setting.runs == "letter":
        codes = "".join(
            tag(setting, "TextCode", escape(char), X=round(n * inner, 3), Y=base) for n, char in enumerate(text)
        )
    else:
        step = f"g {len(text) - 1} {inner:g}" if setting.runs == "g" else " ".join([f"{inner:g}"] * (len(text) - 1))
        codes = tag(setting, "TextCode", escape(text), X=0, Y=base, **({"DeltaX": step} if len(text) > 1 else {}))
    box = f"{x} {y} {len(text) * size + 1} {size * 1.2}"
    drawn = tag(setting, "TextObject", codes, ID=4, Font=1, Size=f"{inner:g}", Boundary=box, **more)
    for _ in range(setting.blocks):
        drawn = tag(setting, "PageBlock", drawn, ID=6)
    return drawn
