"""Have LibreOffice read the Word documents of the tests, and keep what it read as the text to agree with.

    python -m tools.read_with_libreoffice            all of them
    python -m tools.read_with_libreoffice --check    exit 1 where it reads otherwise than what is kept

Needs LibreOffice Writer (``soffice``); the tests do not, they compare with what is kept.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.readers.docx_set import DOCUMENTS

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "readers"
MADE = FOLDER / "docx_made"  # documents that LibreOffice itself wrote
EXPECTED = FOLDER / "docx_expected"
SECONDS = 180


def main(arguments: list[str]) -> int:
    """Write the texts, or compare them."""
    office = shutil.which("soffice")
    if office is None:
        sys.stderr.write("没有找到 soffice，请安装 libreoffice-writer-nogui。\n")
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = [make(folder / f"{title}.docx") for title, make in DOCUMENTS.items()]
        sources += [Path(shutil.copy(path, folder)) for path in sorted(MADE.glob("*.docx"))]
        texts = read(office, folder, sources)
    differing = [title for title, text in texts.items() if kept(title) != text]
    if "--check" in arguments:
        sys.stdout.write("".join(f"{title}\n" for title in differing))
        return 1 if differing else 0
    EXPECTED.mkdir(exist_ok=True)
    for title in differing:
        (EXPECTED / f"{title}.txt").write_text(texts[title], encoding="utf-8")
    sys.stdout.write(f"{len(texts)} documents read, {len(differing)} texts written\n")
    return 0


def read(office: str, folder: Path, sources: list[Path]) -> dict[str, str]:
    """Return LibreOffice's text of each document by its name, with a profile of its own."""
    command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to"]
    command += ["txt:Text (encoded):UTF8,LF", "--outdir", str(folder / "out"), *map(str, sources)]
    subprocess.run(command, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL)
    return {path.stem: path.read_text(encoding="utf-8-sig") for path in sorted((folder / "out").glob("*.txt"))}


def kept(title: str) -> str | None:
    """Return the text that is kept for a document."""
    path = EXPECTED / f"{title}.txt"
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
