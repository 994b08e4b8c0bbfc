"""Learn which words keep the same company, for the matching's table of topics.

    python -m tools.build_topics FOLDER … [--out FILE]

No judgement goes into it. Words that stand within five words of each other in reports count as seen together, and so do the
words of a promise and of what may be told of it (``tests/paraphrases``); the more than chance has it, the more (positive
pointwise mutual information). The strongest directions of that table are kept, two bits each: no text can be read out of
it. Texts of pairs held out are left out. The same folders give the same file.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import jieba
import numpy as np
from numpy.typing import NDArray

from tools.linking_gold import HELD_OUT_FOLDER
from tools.measure_linking import PAIRS
from tools.paraphrases import PARAPHRASES, Paraphrase, load_paraphrases
from tracker.domain.matching.topics import LEVELS, PER_LETTER, STEP, encode
from tracker.domain.matching.words import DATA_FOLDER

LEAST = 3
"""Words that stand fewer times have no place of their own."""
WINDOW = 5
SMOOTHING = 0.875
"""Exponent of a word's count: below 1 so that rare words do not look surer than they are."""
TOLD = 2.0
"""How much more a promise and what is told of it count than two neighbouring words, spread over their words."""
DIRECTIONS = 96
ROUNDS = 8
_WORD = re.compile("[\u4e00-\u9fff]{2,6}")
_SENTENCE = re.compile("[。；！？\n]")

Near = list[dict[int, float]]
Table = list[tuple[NDArray[np.intp], NDArray[np.float64]]]


def texts_of(folders: Sequence[Path], pairs: Path = PAIRS) -> Iterator[str]:
    """Yield the texts of folders, those of pairs held out left out."""
    hidden: set[str] = set()
    for path in sorted(pairs.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        if gold.get("held_out"):
            hidden |= {gold["earlier"], gold["later"]}
    for folder in folders:
        for path in sorted(folder.rglob("*.txt")):
            if path.name not in hidden and HELD_OUT_FOLDER not in path.parts:
                yield path.read_text(encoding="utf-8", errors="replace")


def words_of(text: str) -> list[str]:
    """Return the words of a sentence, as jieba cuts them."""
    return [word for word in jieba.cut(text) if _WORD.fullmatch(word)]


def sentences_of(texts: Iterator[str]) -> list[list[str]]:
    """Return the words of each sentence."""
    return [words_of(sentence) for text in texts for sentence in _SENTENCE.split(text) if sentence.strip()]


def seen_together(sentences: Sequence[Sequence[str]], told: Sequence[Paraphrase], places: Mapping[str, int]) -> Near:
    """Return for each word how often each other word stands near it, or tells of it."""
    near: Near = [{} for _ in places]
    for sentence in sentences:
        row = [places.get(word, -1) for word in sentence]
        for at, one in enumerate(row):
            for other_at in range(at + 1, min(len(row), at + WINDOW + 1)):
                _add(near, one, row[other_at], 1.0 / (other_at - at))
    for paraphrase in told:
        promise = sorted({places[word] for word in words_of(paraphrase.promise) if word in places})
        for answer in paraphrase.answers:
            words = sorted({places[word] for word in words_of(answer) if word in places})
            each = TOLD / math.sqrt(len(promise) * len(words)) if promise and words else 0.0
            for one in promise:
                for other in words:
                    _add(near, one, other, each)
    return near


def _add(near: Near, one: int, other: int, much: float) -> None:
    if one >= 0 and other >= 0 and one != other:
        near[one][other] = near[one].get(other, 0.0) + much
        near[other][one] = near[other].get(one, 0.0) + much


def table_of(near: Near) -> Table:
    """Return for each word how much more than by chance each other word stands near it, where it does."""
    sums = [math.fsum(row.values()) for row in near]
    weights = [value**SMOOTHING for value in sums]
    scale = math.fsum(value ** (2 * SMOOTHING - 1) for value in sums if value)
    table: Table = []
    for one, row in enumerate(near):
        more = {
            other: value
            for other, count in sorted(row.items())
            if (value := math.log(count * scale / (weights[one] * weights[other]))) > 0
        }
        table.append((np.array(list(more), dtype=np.intp), np.array(list(more.values()))))
    return table


def directions_of(table: Table) -> NDArray[np.float64]:
    """Return for each word its place among the strongest directions, by repeated multiplication."""
    chance = random.Random(0)  # noqa: S311
    basis = np.array([[chance.choice((-1.0, 1.0)) for _ in range(DIRECTIONS)] for _ in table])
    strengths = np.ones(DIRECTIONS)
    for _ in range(ROUNDS):
        basis, triangle = np.linalg.qr(np.array([values @ basis[others] for others, values in table]))
        strengths = np.abs(np.diag(triangle))
    return basis * np.sqrt(strengths)


def letters_of(place: NDArray[np.float64]) -> str:
    """Return a place as letters: in each direction the sign, and whether it is more than the average."""
    average = math.sqrt(float((place * place).mean()))
    strong, weak = LEVELS[-1], LEVELS[-2]
    return encode([(strong if abs(value) > average else weak) * (1 if value > 0 else -1) for value in place])


def topics_of(sentences: Sequence[Sequence[str]], told: Sequence[Paraphrase]) -> str:
    """Return the table of topics as its data file."""
    everything = [*sentences, *(words_of(text) for one in told for text in (one.promise, *one.answers, *one.decoys))]
    counts = Counter(word for sentence in everything for word in sentence)
    total = sum(counts.values())
    known = sorted(word for word, count in counts.items() if count >= LEAST)
    near = seen_together(everything, told, {word: at for at, word in enumerate(known)})
    levels: dict[float, list[str]] = {}
    for word, place in zip(known, directions_of(table_of(near)), strict=True):
        if not place.any():
            continue  # it never stood near another
        rarity = round(math.log(total / counts[word]) / STEP) * STEP
        levels.setdefault(rarity, []).append(f"{word}={letters_of(place)}")
    lines = [
        "# Written by tools/build_topics.py. Rarity → words with their place among directions learnt from the words they stand near",
        f"# in reports: {PER_LETTER} directions a letter. No judgement went into it.",
        "[places]",
    ]
    for level, words in sorted(levels.items()):
        lines += [f'"{level}" = """', *words, '"""']
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=DATA_FOLDER / "topics.toml")
    arguments = parser.parse_args()
    text = topics_of(sentences_of(texts_of(arguments.folders)), load_paraphrases(PARAPHRASES))
    arguments.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
