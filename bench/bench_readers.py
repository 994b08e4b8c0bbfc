"""Reading a file of each format against the bare library's reading of the same file, and the memory that it takes."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.shared import Pt

from bench.measure import Figure, alternate
from tests.support.ofd_files import write_ofd
from tests.support.pdf_layouts import blocks_of, draw, html_of
from tools.system_packages import find_chromium
from tracker.readers.registry import read_file
from tracker.readers.sample_word import word_document

LETTERS_A_PAGE = 616  # 22 lines of 28, as the official layout has
SEED = 4
LIMITS = {".pdf": 5.0, ".docx": 0.25}
"""Against a library that does the same work; the others only unpack or parse."""
MEGABYTES = 200
_RUNS = re.compile(r"[0-9A-Za-z.%]+|[“”（）《》]|[^0-9A-Za-z.%“”（）《》]+")
_PEAK = """
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tracker.readers.registry import read_file
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
read_file(Path(sys.argv[2]))
print(peak() - before)
"""
ROOT = str(Path(__file__).resolve().parents[1])


def figures() -> Iterator[Figure]:
    """Measure each format for which a file can be made here."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (path, bare, library) in samples(Path(folder)).items():
            pages = max(1.0, len(read_file(path)[1].text) / LETTERS_A_PAGE)
            ours, theirs = alternate(lambda path=path: read_file(path), lambda bare=bare: bare(), rounds=9)
            each, their_each = ours.median * 1000 / pages, theirs.median * 1000 / pages
            detail = f"{pages:.0f} 页；{library}每页 {their_each:.2f} 毫秒"
            yield Figure("", f"读 {name}，每页", each, "毫秒", detail=detail)
            yield Figure(
                "P12" if name == ".docx" else "", f"读 {name} ÷ {library}", each / their_each, limit=LIMITS.get(name)
            )
            yield Figure("", f"读 {name}，内存增加", peak(path), "MB", limit=MEGABYTES)


def samples(folder: Path) -> dict[str, tuple[Path, Callable[[], object], str]]:
    """Return a file of each format with its bare reading and the library's name."""
    texts = [block.text or "；".join(cell for row in block.rows for cell in row) for block in blocks_of(draw(SEED))] * 4
    page = folder / "a.html"
    page.write_text(html_of(draw(SEED), blocks_of(draw(SEED)) * 4), encoding="utf-8")
    word = word_file(folder / "a.docx", texts)
    ofd = write_ofd(folder / "a.ofd", texts)
    doc = folder / "a.doc"
    doc.write_bytes(word_document("\r".join(texts)[:28_000]))
    rtf = folder / "a.rtf"
    escaped = b"\\par\n".join(b"".join(b"\\'%02x" % byte for byte in text.encode("gb18030")) for text in texts)
    rtf.write_bytes(b"{\\rtf1\\ansi\\ansicpg936 " + escaped + b"\\par}")
    found: dict[str, tuple[Path, Callable[[], object], str]] = {
        ".docx": (word, lambda: bare_docx(word), "python-docx"),
        ".ofd": (ofd, lambda: bare_ofd(ofd), "zipfile 与 lxml"),
        ".html": (page, lambda: bare_html(page), "lxml"),
        ".doc": (doc, lambda: bare_doc(doc), "olefile"),
        ".rtf": (rtf, lambda: rtf.read_bytes().decode("latin-1").split("\\par"), "只分段"),
    }
    if find_chromium():
        pdf = folder / "a.pdf"
        print_pdf(page, pdf)
        found[".pdf"] = (pdf, lambda: bare_pdf(pdf), "pypdfium2")
    return found


def word_file(path: Path, texts: list[str]) -> Path:
    """Write a document as Word does: numbers and brackets in runs of their own, each with its fonts and size."""
    document = docx.Document()
    for text in texts:
        sheet = document.add_paragraph()
        sheet.paragraph_format.first_line_indent = Pt(32)
        for piece in _RUNS.findall(text):
            each = sheet.add_run(piece)
            each.font.size, each.font.name = Pt(16), "仿宋"
            each.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    document.save(str(path))
    return path


def print_pdf(page: Path, pdf: Path) -> None:
    """Let Chromium print a page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        sheet = browser.new_page()
        sheet.set_content(page.read_text(encoding="utf-8"))
        sheet.pdf(path=pdf, prefer_css_page_size=True)
        browser.close()


def bare_pdf(path: Path) -> list[str]:
    """Return the text of each page as PDFium gives it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return texts


def bare_docx(path: Path) -> list[str]:
    """Return the paragraphs as python-docx gives them."""
    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]


def bare_ofd(path: Path) -> list[str]:
    """Return the texts in the order of the file."""
    from lxml import etree

    with zipfile.ZipFile(path) as archive:
        roots = [etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith("Content.xml")]
    return [element.text or "" for root in roots for element in root.iter("{*}TextCode")]


def bare_html(path: Path) -> str:
    """Return all text of a page."""
    from lxml import html

    return str(html.fromstring(path.read_bytes()).text_content())


def bare_doc(path: Path) -> bytes:
    """Return the stream that holds the text."""
    import olefile

    with olefile.OleFileIO(str(path)) as ole:
        return bytes(ole.openstream("WordDocument").read())


def peak(path: Path) -> float:
    """Return how many megabytes a fresh process grows by when it reads a file."""
    done = subprocess.run([sys.executable, "-c", _PEAK, ROOT, str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024
