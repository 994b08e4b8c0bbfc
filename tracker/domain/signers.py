"""Which of all units in sight a file is by: by the name that its text is signed with, or by its file name and folders.

The signature decides. A file name only proposes, since files are renamed and folders mislabelled; where both are clear and
differ, a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.unit_names import KnownUnit, names_same_unit, plain_name

SHORTEST = 2
SHORTEST_ABBREVIATION = 3
_ABBREVIATION = re.compile(r"[\u4e00-\u9fff]{2,6}?[局委办]")


@dataclass(frozen=True, slots=True)
class Signer:
    """A unit that files reports, with the area above it, whose name people put in front."""

    unit: KnownUnit
    area: KnownUnit | None = None


@dataclass(frozen=True, slots=True)
class Guess:
    """What is known of a file's unit. ``unit_id`` with an empty ``doubt`` is certain; with one it is a proposal."""

    unit_id: int | None
    doubt: str = ""


def guess_unit(written: str | None, path: str, signers: Sequence[Signer]) -> Guess:
    """Return whose report a file is. ``written`` is what its text is signed with, ``path`` its name with its folders."""
    signed = find_signed(written, signers) if written else []
    named = find_named(path, signers) or find_abbreviated(path, signers)
    proposed = named.unit.id if named else None
    if not written:
        return Guess(proposed, "正文中没有读到单位名称。")
    if not signed:
        return Guess(proposed, f"署名为“{written}”，没有找到对应的报送单位。")
    if len(signed) > 1:
        names = "、".join(signer.unit.name for signer in signed[:3])
        within = {signer.unit.id for signer in signed}
        return Guess(proposed if proposed in within else None, f"署名为“{written}”，与 {names} 等几个单位都相符。")
    unit = signed[0].unit
    last = find_named(path.rpartition("/")[2], signers)
    if last is not None and last.unit.id != unit.id:
        return Guess(unit.id, f"署名为“{written}”，文件名写的却是“{last.unit.short_name}”。")
    return Guess(unit.id)


def find_signed(written: str, signers: Iterable[Signer]) -> list[Signer]:
    """Return the units that a report signed ``written`` may be by: those of just this name, else those it can mean."""
    signers = list(signers)
    bare = _folded(plain_name(written))
    exact = [signer for signer in signers if bare in _full_names(signer)]
    if exact:
        return exact
    return [signer for signer in signers if names_same_unit(written, signer.unit, signer.area)]


def find_named(path: str, signers: Sequence[Signer]) -> Signer | None:
    """Return the one unit that a file's name means, else the one its innermost folder that names any means; or None."""
    for part in reversed(path.split("/")):
        found = _named_in(_folded(part), signers)
        if found:
            return found[0] if len(found) == 1 else None
    return None


def find_abbreviated(path: str, signers: Sequence[Signer]) -> Signer | None:
    """Return the one unit whose usual abbreviation (住建局 for 住房和城乡建设局) stands in a file's name, or None."""
    for short in _ABBREVIATION.findall(_folded(path.rpartition("/")[2])):
        for start in range(len(short) - SHORTEST_ABBREVIATION + 1):
            found = [signer for signer in signers if _abbreviates(short[start:], signer)]
            if found:
                return found[0] if len(found) == 1 else None
    return None


def _abbreviates(short: str, signer: Signer) -> bool:
    """Say whether the letters of ``short`` stand in the unit's name in this order, the first and the last at its ends."""
    name = _folded(signer.unit.name)
    for place in (signer.area.name, signer.area.short_name) if signer.area else ():
        name = name.removeprefix(_folded(place))
    if len(short) > len(name) or name[:1] != short[0] or name[-1:] != short[-1]:
        return False
    letters = iter(name)
    return all(letter in letters for letter in short)


def _named_in(text: str, signers: Iterable[Signer]) -> list[Signer]:
    """Return the units named in a text; a name that stands only within another's longer one is not meant."""
    hits: list[tuple[str, Signer]] = []
    for signer in signers:
        names = (_folded(name) for name in (signer.unit.name, signer.unit.short_name))
        longest = max((name for name in names if len(name) >= SHORTEST and name in text), key=len, default="")
        if longest:
            hits.append((longest, signer))
    return [
        signer
        for name, signer in hits
        if not any(name != other and name in other for other, _ in hits) or text.count(name) > _within(name, hits, text)
    ]


def _within(name: str, hits: Iterable[tuple[str, Signer]], text: str) -> int:
    """Count how often a name stands in the text as a part of a longer one."""
    return sum(text.count(other) for other in {other for other, _ in hits} if name != other and name in other)


def _full_names(signer: Signer) -> set[str]:
    own = {_folded(signer.unit.name), _folded(signer.unit.short_name)}
    area = [_folded(name) for name in (signer.area.name, signer.area.short_name)] if signer.area else []
    return own | {place + name for place in area for name in own}


def _folded(name: str) -> str:
    return name.replace("人民政府", "政府").replace("市场监督管理", "市场监管").replace(" ", "").replace("\u3000", "")
