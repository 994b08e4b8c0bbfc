"""Measure how many paragraphs of generated PDF files are read exactly: layouts rules were tuned on, and layouts kept aside.

python -m tools.measure_pdf [--folder DIR] [--mistakes]

Chromium prints each layout; weasyprint and LibreOffice set it as well where they are installed. Mistakes are listed
for the tuned layouts only.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.support.pdf_layouts import KEPT_ASIDE, TUNED, blocks_of, draw, expected, html_of, tidied, write_docx
from tools.system_packages import find_chromium
from tracker.readers.registry import read_file

Make = Callable[[Sequence[int], Path], None]
FLAGS = ["--no-sandbox", "--disable-gpu"]


def with_chromium(seeds: Sequence[int], folder: Path) -> None:
    """Print each layout with Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_page()
        for seed in seeds:
            layout = draw(seed)
            page.set_content(html_of(layout, blocks_of(layout)))
            page.pdf(path=folder / f"{seed}.pdf", prefer_css_page_size=True, print_background=True)
        browser.close()


def with_weasyprint(seeds: Sequence[int], folder: Path) -> None:
    """Set each layout with weasyprint."""
    import weasyprint

    for seed in seeds:
        layout = draw(seed)
        weasyprint.HTML(string=html_of(layout, blocks_of(layout))).write_pdf(folder / f"{seed}.pdf")


def with_libreoffice(seeds: Sequence[int], folder: Path) -> None:
    """Write each layout as a Word document and let LibreOffice print them all."""
    for seed in seeds:
        layout = draw(seed)
        write_docx(layout, blocks_of(layout), folder / f"{seed}.docx")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                str(shutil.which("soffice")),
                f"-env:UserInstallation=file://{profile}",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(folder),
                *map(str, sorted(folder.glob("*.docx"))),
            ],
            check=True,
            capture_output=True,
        )


def producers() -> dict[str, Make]:
    """Return what can print here."""
    found: dict[str, Make] = {}
    if find_chromium():
        found["chromium"] = with_chromium
    if importlib.util.find_spec("weasyprint"):
        found["weasyprint"] = with_weasyprint
    if shutil.which("soffice"):
        found["libreoffice"] = with_libreoffice
    return found


def compare(seed: int, path: Path) -> tuple[int, int, list[str]]:
    """Return how many paragraphs are exact, how many there are on the longer side, and what differs."""
    wanted = expected(blocks_of(draw(seed)))
    found = [tidied(line) for line in read_file(path)[1].text.split("\n")]
    matcher = difflib.SequenceMatcher(None, wanted, found, autojunk=False)
    exact = sum(block.size for block in matcher.get_matching_blocks())
    wrong = [line for line in difflib.unified_diff(wanted, found, lineterm="", n=0) if line[:1] in "+-"][2:]
    return exact, max(len(wanted), len(found)), wrong


def measure(name: str, make: Make, seeds: Iterable[int], folder: Path, *, mistakes: bool) -> tuple[int, int]:
    """Print the layouts that are not there yet, read all; return exact and all paragraphs."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [seed for seed in seeds if not (folder / f"{seed}.pdf").exists()]
    if missing:
        make(missing, folder)
    exact = every = 0
    for seed in seeds:
        right, total, wrong = compare(seed, folder / f"{seed}.pdf")
        exact, every = exact + right, every + total
        if mistakes and wrong:
            sys.stdout.write(f"\n{name} {seed}: {right}/{total}\n{draw(seed)}\n")
            sys.stdout.writelines(f"  {line}\n" for line in wrong[:12])
    return exact, every


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table of the shares; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the PDF files are kept for the next time")
    parser.add_argument("--mistakes", action="store_true")
    parser.add_argument("--only", help="one of chromium, weasyprint, libreoffice")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        for name, make in producers().items():
            if options.only in (None, name):
                for part, seeds in (("tuned", TUNED), ("kept aside", KEPT_ASIDE)):
                    show = options.mistakes and part == "tuned"
                    exact, every = measure(name, make, seeds, folder / name, mistakes=show)
                    share = exact / max(1, every)
                    sys.stdout.write(f"{name:12} {part:10} {len(seeds):3} files {exact:5}/{every:5} {share:.2%}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
