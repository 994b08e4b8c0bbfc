"""Count how common pairs of characters and concepts are in folders of reports, for the matching's background table.

    python -m tools.build_background REPORTS_DIR … [--out FILE]

The table holds only pairs of characters and a rounded inverse document frequency over sentences: no text can be
read out of it. Running it twice on the same folders gives the same file to the byte.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tracker.domain.matching.comparable import make_comparable
from tracker.domain.matching.words import CONCEPT_MARK, DATA_FOLDER, load_words
from tracker.language.sentences import split_sentences
from tracker.language.text import fold

LEAST = 6
"""Pairs that stand in fewer sentences are left out: they count as rare."""
STEP = 0.5


def count_sentences(folder: Path) -> tuple[Counter[str], int]:
    """Return in how many sentences each pair and each concept stands, and the number of sentences."""
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


def levels_of(folders: Sequence[tuple[Counter[str], int]]) -> dict[str, float]:
    """Return the rounded inverse document frequency of what is not rare; each folder counts alike, whatever its size."""
    total = sum((counts for counts, _ in folders), Counter[str]())
    return {
        gram: round(math.log(len(folders) / sum(counts[gram] / size for counts, size in folders)) / STEP) * STEP
        for gram, count in total.items()
        if count >= LEAST
    }


def table(levels: dict[str, float]) -> str:
    """Return the background table as TOML: rounded inverse document frequency → its pairs, run together."""
    lines = [
        "# Inverse document frequency (natural logarithm) of characters and their pairs over the sentences of reports."
    ]
    for name, length in (("chars", 1), ("pairs", 2)):
        lines.append(f"[{name}]")
        chosen = [gram for gram in levels if len(gram) == length and all("\u4e00" <= char <= "\u9fff" for char in gram)]
        lines += [f'"{level}" = "{"".join(grams)}"' for level, grams in _by_level(chosen, levels)]
    lines.append("[concepts]")
    concepts = [gram for gram in levels if gram.startswith(CONCEPT_MARK)]
    lines += [f'"{level}" = {json.dumps(grams, ensure_ascii=False)}' for level, grams in _by_level(concepts, levels)]
    return "\n".join(lines) + "\n"


def _by_level(grams: Sequence[str], levels: dict[str, float]) -> list[tuple[float, list[str]]]:
    found: dict[float, list[str]] = {}
    for gram in sorted(grams):
        found.setdefault(levels[gram], []).append(gram)
    return sorted(found.items())


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=DATA_FOLDER / "background.toml")
    arguments = parser.parse_args()
    arguments.out.write_text(
        table(levels_of([count_sentences(folder) for folder in arguments.folders])), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
