"""Count how common pairs of characters are in a folder of reports, for the matching's background table.

    python tools/build_background.py REPORTS_DIR [--out FILE]

The table holds only pairs of characters and a rounded inverse document frequency over sentences: no text can be
read out of it. Running it twice on the same folder gives the same file to the byte.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from pathlib import Path

from tracker.domain.matching.comparable import make_comparable
from tracker.domain.matching.words import DATA_FOLDER, load_words
from tracker.language.sentences import split_sentences
from tracker.language.text import fold

LEAST = 6
"""Pairs that stand in fewer sentences are left out: they count as rare."""
STEP = 0.5


def count_sentences(folder: Path) -> tuple[Counter[str], int]:
    """Return in how many sentences each pair stands, and the number of sentences."""
    words = load_words()
    counts: Counter[str] = Counter()
    sentences = 0
    for path in sorted(folder.rglob("*.txt")):
        text = fold(path.read_text(encoding="utf-8", errors="replace")).text
        for start, end in split_sentences(text, 0, len(text)):
            sentences += 1
            form = make_comparable(text[start:end], words)
            counts.update(form.grams.keys())
            counts.update(set(form.plain))
    return counts, sentences


def table(counts: Counter[str], sentences: int) -> str:
    """Return the background table as TOML: rounded inverse document frequency → its pairs, run together."""
    lines = [
        "# Inverse document frequency (natural logarithm) of characters and their pairs over the sentences of reports."
    ]
    for name, length in (("chars", 1), ("pairs", 2)):
        levels: dict[float, list[str]] = {}
        for gram, count in counts.items():
            if len(gram) == length and count >= LEAST and all("\u4e00" <= char <= "\u9fff" for char in gram):
                level = round(math.log(sentences / count) / STEP) * STEP
                levels.setdefault(level, []).append(gram)
        lines.append(f"[{name}]")
        lines += [f'"{level}" = "{"".join(sorted(levels[level]))}"' for level in sorted(levels)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=DATA_FOLDER / "background.toml")
    arguments = parser.parse_args()
    arguments.out.write_text(table(*count_sentences(arguments.folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
