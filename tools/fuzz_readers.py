"""Change good files of every kind at random and read them in the sandbox's child: a text or a sentence must come out.

python -m tools.fuzz_readers [--seconds 60] [--kind pdf] [--seed 0] [--keep DIR]

A file that makes a reader fail in any other way, time out or crash is kept, and the program ends with 1.
"""

from __future__ import annotations

import argparse
import io
import random
import struct
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.readers.package import paragraph, write_docx
from tests.support.damage import Change, cut, flip, inserting, shuffle
from tests.support.ofd_files import write_ofd
from tests.support.raw_pdf import show, write_pdf
from tracker.readers.base import Limits, UnreadableDocument
from tracker.readers.registry import read_file
from tracker.readers.sample_word import word_document
from tracker.readers.sandbox import ChildFailed, run_in_child

SEEDS = ("pdf", "ofd", "docx", "doc", "rtf", "html", "mht", "txt", "zip")
BAD = frozenset({"timeout", "crashed", "error", "memory"})
REPORT = (
    "一、工作开展情况",
    "（一）严格公正执法。全年查办市容案件12件，组织岗位练兵2期。",
    "二、2031年工作计划",
    "增配持证巡查员不少于3名。",
)
_TOKENS = (
    b"<", b">", b"/", b'"', b"=", b"&#0;", b"]]>", b"\xff", b"\0", b"9" * 30, b"-1", b"{", b"}", b"\\u", b"\\'", b"[", b"<<", b">>",
    b"obj", b"stream", b"endstream", b"BT", b"Tf", b"Td", b"TextCode", b"DeltaX", b"<table>", b"<td rowspan=9999>", b"--x", b"PK\x01\x02",
)  # fmt: skip


insert = inserting([token * times for token in _TOKENS for times in (1, 1, 2, 50)])


def repeat(data: bytes, chance: random.Random) -> bytes:
    """Repeat a piece many times."""
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randint(1, 200)]
    return data[:start] + piece * chance.randint(2, 100) + data[start:]


def within(data: bytes, chance: random.Random) -> bytes:
    """Change one member of a zip and pack it again, so that its parser sees the change."""
    try:
        source = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        return flip(data, chance)
    chosen = chance.choice(source.namelist())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            member = source.read(name)
            target.writestr(
                name,
                chance.choice((flip, cut, insert, repeat))(member, chance) if name == chosen and member else member,
            )
    return out.getvalue()


CHANGES: tuple[Change, ...] = (flip, cut, insert, repeat, shuffle, within, within)


def change(data: bytes, seed: int) -> bytes:
    """Return a file changed in a way that the seed decides."""
    chance = random.Random(seed)
    return chance.choice(CHANGES)(data, chance)


def seed_files(folder: Path) -> dict[str, bytes]:
    """Return a good file of each kind."""
    page = f"<html><head><meta charset=utf-8><title>报告</title></head><body><div id=zoom>{''.join(f'<p>{line}</p>' for line in REPORT)}<table><tr><td>1<td>任务</table></div></body></html>"
    archive = f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n\n{page}\n--x--\n"
    rtf = b"{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0\\fcharset134 x;}}" + b"".join(
        b"".join(b"\\u%d?" % (ord(char) - (65536 if ord(char) > 32767 else 0)) for char in line) + b"\\par\n"
        for line in REPORT
    )
    making = folder / "making"
    files = {
        "pdf": write_pdf(making, [show("A report.", "Of many words."), show("Second page.")]).read_bytes(),
        "ofd": write_ofd(making, [*REPORT, (("序号", "任务"), ("1", "巡查"))]).read_bytes(),
        "docx": write_docx(making, "".join(map(paragraph, REPORT))).read_bytes(),
        "doc": word_document("\r".join(REPORT) + "\r1\x07巡查\x07\x07", pieces=2),
        "rtf": rtf + b"\\trowd\\intbl a\\cell b\\cell\\row}",
        "html": page.encode(),
        "mht": archive.encode(),
        "txt": "\n".join(REPORT).encode("gb18030"),
        "zip": _photos(),
    }
    making.unlink()
    return files


def _photos() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("1.png", "2.png"):
            archive.writestr(name, b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 1240, 1754) + bytes(200))
    return out.getvalue()


def outcome(path: Path, name: str) -> str:
    """Read a file in this process; return "" or the code of its refusal, which must have a sentence."""
    try:
        text = read_file(path, name=name)[1].text
    except UnreadableDocument as error:
        if not error.message.endswith("。"):
            raise AssertionError(error.message) from error
        return error.code
    if not text:
        raise AssertionError("nothing was read and nothing said")
    return ""


def read_in_child(path: str, name: str) -> str:
    """Return the outcome of a file; called in the sandbox's child."""
    return outcome(Path(path), name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Change and read until the time is up; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kind", choices=SEEDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("tests/artifacts/fuzz"))
    options = parser.parse_args(arguments)
    kinds = [options.kind] if options.kind else list(SEEDS)
    counts: Counter[tuple[str, str]] = Counter()
    kept = 0
    ends = time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as scratch:
        files = seed_files(Path(scratch))
        path = Path(scratch) / "file"
        seed = options.seed
        while time.monotonic() < ends:
            kind = kinds[seed % len(kinds)]
            path.write_bytes(change(files[kind], seed))
            try:
                code = run_in_child(
                    f"{__spec__.name if __spec__ else 'tools.fuzz_readers'}:read_in_child",
                    [str(path), f"a.{kind}"],
                    Limits(),
                )
            except ChildFailed as error:
                code = error.code
            counts[kind, code or "read"] += 1
            if code in BAD:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{seed}.{kind}").write_bytes(path.read_bytes())
                kept += 1
            seed += 1
    for (kind, code), count in sorted(counts.items()):
        sys.stdout.write(f"{kind:5} {code:20} {count:6}\n")
    sys.stdout.write(
        f"{sum(counts.values())} files, {kept} kept in {options.keep}\n"
        if kept
        else f"{sum(counts.values())} files, nothing found\n"
    )
    return 1 if kept else 0


if __name__ == "__main__":
    raise SystemExit(main())
