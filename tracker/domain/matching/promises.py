"""What was promised: one commitment made ready to be looked for, with its nouns, its list and its aim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.documents import Commitment, PlanItem
from tracker.domain.matching.comparable import RAREST, Comparable, make_comparable
from tracker.domain.matching.words import MatchingWords

_ENUMERATION = re.compile(r"[、]|(?<=[\u4e00-\u9fff])(?:以及|和|及|与)(?=[\u4e00-\u9fff])")
_SIDE = re.compile(r"(?:，|^)(?:确保|努力|切实|不断|促进|提升|推动|营造|实现|为).{0,40}$")


@dataclass(frozen=True, slots=True, eq=False)
class Promise:
    """A commitment (or a whole item that has none) ready for matching.

    ``weights`` maps each gram to share times rarity and ``total`` is their sum; ``elements`` are the members of an
    enumeration; ``aim`` is start, finish, project or standing.
    """

    item: PlanItem
    commitment: Commitment
    form: Comparable
    theme: Comparable
    weights: Mapping[str, float]
    total: float
    elements: tuple[str, ...]
    aim: str

    @property
    def is_checkable(self) -> bool:
        """Say whether the promise names something that can be counted or pointed at."""
        return bool(self.commitment.quantities) or self.aim in ("start", "finish") or bool(self.form.titles)


def prepare_promises(
    items: Sequence[PlanItem], rarity: Mapping[str, float], words: MatchingWords
) -> tuple[Promise, ...]:
    """Return one promise for each commitment of the items, in order."""
    return tuple(_promise(item, commitment, rarity, words) for item in items for commitment in commitments_of(item))


def commitments_of(item: PlanItem) -> Iterator[Commitment]:
    """Yield the item's commitments; an item without any stands for itself."""
    if item.commitments:
        yield from item.commitments
    else:
        yield Commitment(item.id, item.text, item.span, item.deadline)


def _promise(item: PlanItem, commitment: Commitment, rarity: Mapping[str, float], words: MatchingWords) -> Promise:
    form = make_comparable(commitment.text, words)
    weights = {gram: share * rarity.get(gram, RAREST) for gram, share in form.grams.items()}
    return Promise(
        item=item,
        commitment=commitment,
        form=form,
        theme=make_comparable(f"{item.group or ''}，{item.title or ''}", words),
        weights=weights,
        total=sum(weights.values()) or 1.0,
        elements=_elements(commitment.text, words),
        aim=aim_of(form.plain, words),
    )


def _elements(text: str, words: MatchingWords) -> tuple[str, ...]:
    """Return the members of the enumeration the promise names, [] where it names one thing."""
    bare = re.sub(r"（[^（）]*）", "", text)
    for clause in re.split(r"[，；：。]", bare):
        if "、" not in clause:
            continue
        members = [make_comparable(member, words) for member in _ENUMERATION.split(clause)]
        named = [max((chunk.text for chunk in member.chunks), key=len) for member in members if member.chunks]
        if len(named) >= 2:
            return tuple(named)
    return ()


def aim_of(plain: str, words: MatchingWords) -> str:
    """Return what kind of promise this is, by its verbs."""
    head = _SIDE.sub("", plain) or plain
    if words.aims["start"].search(head) and not words.aims["finish"].search(re.sub("启动|开工|建设", "", head)):
        return "start"
    project = words.aims["project"].search(head)
    if (
        project
        and words.aims["project_nouns"].search(head, project.end())
        and not re.search("完成|建成|投用|投入使用", head)
    ):
        return "project"
    if words.aims["finish"].search(head):
        return "finish"
    return "standing"
