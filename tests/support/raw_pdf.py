"""PDF files written by hand, for what no program would write: pages without end, scans, turned and broken ones."""

from __future__ import annotations

from pathlib import Path

PICTURE = b"\x00\xff" * 32  # 8 x 8 grey


def write_pdf(path: Path, contents: list[bytes], *, picture: bool = False, extra: bytes = b"", rotate: int = 0) -> Path:
    """Write a file with one page for each content stream; Helvetica is /F1, a grey picture /P1."""
    count = len(contents)
    kids = b" ".join(b"%d 0 R" % (10 + 2 * number) for number in range(count))
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + extra + b" >>",
        2: b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % count,
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: b"<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 64 >>\n"
        b"stream\n" + PICTURE + b"\nendstream",
    }
    resources = b"/Resources << /Font << /F1 3 0 R >> /XObject << /P1 4 0 R >> >>"
    for number, content in enumerate(contents):
        drawn = b"q 595 0 0 842 0 0 cm /P1 Do Q\n" + content if picture else content
        objects[10 + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate %d %s /Contents %d 0 R >>"
            % (rotate, resources, 11 + 2 * number)
        )
        objects[11 + 2 * number] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn)
    path.write_bytes(_assembled(objects))
    return path


def _assembled(objects: dict[int, bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n" % size
    for number in range(size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def show(*lines: str, x: int = 72, y: int = 740, size: int = 12, matrix: str = "") -> bytes:
    """Return a content stream that prints lines of ASCII, 20 points apart."""
    parts = [f"BT /F1 {size} Tf {matrix or f'1 0 0 1 {x} {y}'} Tm 20 TL"]
    parts += [f"({line}) Tj T*" for line in lines]
    return " ".join([*parts, "ET"]).encode("ascii")
