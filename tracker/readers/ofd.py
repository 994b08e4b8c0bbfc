"""OFD files (GB/T 33190): the zip's XML read directly, then paragraphs by geometry as for PDF.

Read are the pages of all documents in the file with their templates. Annotations and signatures (stamps) are left out.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from tracker.domain.documents import Document
from tracker.readers.base import MEGABYTE, FileInfo, Limits, UnreadableDocument
from tracker.readers.container import Container
from tracker.readers.layout import Page
from tracker.readers.ofd_page import Scene, draw, numbers
from tracker.readers.pdf import too_many_pages
from tracker.readers.printed import printed_document
from tracker.readers.sniffing import OFD
from tracker.readers.wordml import local, parse_part

_DAMAGED = "OFD 文件已损坏，无法打开。请用原来的程序重新导出，或上传它的 Word 原件（.docx）。"
_FORBIDDEN = "OFD 文件内含不允许的外部引用声明（DOCTYPE），已拒绝读取。请上传它的 Word 原件（.docx）。"
_ENCRYPTED = "OFD 文件已加密，无法读取。请取消加密后重新上传，或上传它的 Word 原件（.docx）。"
_PAPER = (0.0, 0.0, 210.0, 297.0)
_FEW = 8
_PICTURE = 0.3
_MOST_PICTURE_BYTES = 30 * MEGABYTE


class OfdReader:
    """Reads OFD files with text; raises ScannedDocument for those that are pictures only."""

    name = "ofd"

    def accepts(self, info: FileInfo) -> bool:
        """Accept OFD only."""
        return info.media_type == OFD

    def read(self, path: Path, info: FileInfo, limits: Limits) -> Document:
        """Read all documents in the file; raise UnreadableDocument where it is damaged, encrypted or a scan."""
        return printed_document(ofd_documents(path, limits), reader=self.name)


def ofd_documents(path: Path, limits: Limits) -> list[list[Page]]:
    """Return the pages of each document in the file; raise UnreadableDocument."""
    with Container(path, limits) as container:
        package = _Package(container, limits)
        return [list(package.pages(root)) for root in package.documents()]


def ofd_pictures(path: Path, limits: Limits) -> list[str]:
    """Return the members that hold the pictures of the pages which are nothing else, in order; raise UnreadableDocument."""
    with Container(path, limits) as container:
        package = _Package(container, limits)
        return [name for root in package.documents() for name in package.pictures(root)]


def ofd_picture(path: Path, member: str, limits: Limits) -> bytes:
    """Return the bytes of a picture that ``ofd_pictures`` named."""
    with Container(path, limits) as container:
        data = container.read(member, _MOST_PICTURE_BYTES)
    if data is None:
        raise UnreadableDocument("damaged", _DAMAGED)
    return data


@dataclass(slots=True)
class _Drawing:
    """A document's common parts: its paper; templates, composite units and pictures' members by their numbers."""

    paper: tuple[float, ...] = _PAPER
    templates: dict[str, str] = field(default_factory=dict)
    units: dict[str, etree._Element] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)


class _Package:
    """The members of an opened file, found by the names that its parts give one another."""

    def __init__(self, container: Container, limits: Limits) -> None:
        self._container = container
        self._limits = limits
        self._names = {_plain(name): name for name in container.names}
        self._pages = 0
        self._characters = 0

    def locate(self, source: str, target: str) -> str:
        """Return the member that ``target``, as ``source`` names it, stands for."""
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(source), target.replace("\\", "/")))
        for name in (target if target.startswith("/") else beside, target):
            if _plain(name) in self._names:
                return _plain(name)
        return _plain(beside)

    def parse(self, name: str) -> etree._Element:
        """Return a part's root; raise UnreadableDocument where it is missing, damaged or forbidden."""
        stored = self._names.get(_plain(name))
        data = self._container.read(stored, self._limits.part_bytes) if stored is not None else None
        if data is None:
            raise UnreadableDocument("damaged", _DAMAGED)
        try:
            return parse_part(data)
        except UnreadableDocument as error:
            if error.code == "forbidden_xml":
                raise UnreadableDocument(error.code, _FORBIDDEN) from error
            if "encryptions.xml" in self._names or "decryptseed.dat" in self._names:
                raise UnreadableDocument("encrypted", _ENCRYPTED) from error
            raise UnreadableDocument("damaged", _DAMAGED) from error

    def documents(self) -> list[str]:
        """Return the members that hold the documents' roots; raise UnreadableDocument where there is none."""
        roots = [
            element.text.strip()
            for element in self.parse("OFD.xml").iter()
            if local(element) == "DocRoot" and element.text and element.text.strip()
        ]
        if not roots:
            raise UnreadableDocument("damaged", _DAMAGED)
        return [self.locate("OFD.xml", root) for root in dict.fromkeys(roots)]

    def pages(self, root_name: str) -> Iterator[Page]:
        """Yield the pages of one document."""
        for number, (scene, _) in enumerate(self._scenes(root_name), start=1):
            page = Page(number, scene.points(scene.width), scene.points(scene.height), scene.pieces, scene.rules)
            if _is_picture(scene):
                page.pieces, page.is_picture = [], True
            yield page

    def pictures(self, root_name: str) -> Iterator[str]:
        """Yield the members with the pictures of those pages of one document that are pictures."""
        for scene, drawing in self._scenes(root_name):
            member = drawing.media.get(scene.picture)
            if _is_picture(scene) and member in self._names:
                yield self._names[member]

    def _scenes(self, root_name: str) -> Iterator[tuple[Scene, _Drawing]]:
        root = self.parse(root_name)
        drawing = self._common(root, root_name)
        for element in (one for one in root.iter() if _is_page(one)):
            self._pages += 1
            if self._pages > self._limits.pages:
                raise too_many_pages(self._pages, self._limits)
            name = self.locate(root_name, element.get("BaseLoc") or "")
            yield self._scene(name, drawing, root_name), drawing

    def _common(self, root: etree._Element, root_name: str) -> _Drawing:
        drawing = _Drawing()
        for element in root.iter():
            name = local(element)
            if name == "PhysicalBox":
                drawing.paper = _box(element, drawing.paper)
            elif name == "TemplatePage":
                drawing.templates[element.get("ID") or ""] = element.get("BaseLoc") or ""
            elif name in ("PublicRes", "DocumentRes") and element.text:
                self._resources(self.locate(root_name, element.text.strip()), drawing)
        return drawing

    def _resources(self, name: str, drawing: _Drawing) -> None:
        if name not in self._names:
            return
        root = self.parse(name)
        folder = posixpath.join(posixpath.dirname(name), root.get("BaseLoc") or "", "_")
        for element in root.iter():
            if local(element) == "CompositeGraphicUnit":
                drawing.units[element.get("ID") or ""] = element
            elif local(element) == "MultiMedia":
                file = next((one.text.strip() for one in element if local(one) == "MediaFile" and one.text), "")
                drawing.media[element.get("ID") or ""] = self.locate(folder, file)

    def _scene(self, name: str, drawing: _Drawing, root_name: str) -> Scene:
        root = self.parse(name)
        area = next((one for one in root.iter() if local(one) == "PhysicalBox"), None)
        left, top, width, height = _box(area, drawing.paper)
        scene = Scene(left, top, width, height, drawing.units, self._limits.depth)
        used = [one for one in root.iter() if local(one) == "Template"]
        templates = [
            self.locate(root_name, drawing.templates[identifier])
            for one in used
            if (identifier := one.get("TemplateID") or "") in drawing.templates
        ]
        for part in (*(self.parse(template) for template in templates if template in self._names), root):
            draw(part, scene)
            if len(scene.pieces) + self._characters > self._limits.characters * 2:
                raise UnreadableDocument("too_long", "OFD 的文字过多，不像一份报告。请只上传报告正文。")
        self._characters += len(scene.pieces)
        return scene


def _is_picture(scene: Scene) -> bool:
    return len(scene.pieces) < _FEW and scene.picture_area >= _PICTURE * scene.width * scene.height


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/").lstrip("/")).lstrip("/").lower()


def _is_page(element: etree._Element) -> bool:
    return local(element) == "Page" and element.get("BaseLoc") is not None


def _box(element: etree._Element | None, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    found = numbers(element.text or "") if element is not None else []
    return tuple(found[:4]) if len(found) >= 4 and found[2] > 0 and found[3] > 0 else otherwise
