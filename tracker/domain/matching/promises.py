"""What was promised: one commitment made ready to be looked for, with its nouns, its list and its aim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tracker.domain.documents import Commitment, PlanItem, Quantity
from tracker.domain.matching.comparable import RAREST, Comparable, make_comparable, plain_text
from tracker.domain.matching.topics import Place, load_topics
from tracker.domain.matching.words import MatchingWords
from tracker.language.sentences import split_clauses

_ENUMERATION = re.compile(r"[、]|(?<=[\u4e00-\u9fff])(?:以及|和|及|与)(?=[\u4e00-\u9fffA-Za-z])")
_LIST = re.compile(r"[^，；。：（）]+")
TELLING_NAME = 6.0
"""How much rarity a part's nouns must carry to stand alone: 培训 carries 4.5, 教师 6.5, 户厕 9."""
MOST_PARTS = 12
"""A commitment of more parts is a text gone wrong: the rest stays in one piece."""
NAMED = 3
"""A list is cut only where every member's name has at least so many characters."""
_COUNTED = re.compile(r"(?<![·.第])\d[\d,.]{0,14}[万亿]?[\u4e00-\u9fff%]")
_SCOPE = re.compile(r"(?<!\d)\d{1,9}(?:个|所|家|名|户|条|支)")
_TITLES = re.compile(r"《([^《》]{2,40})》")
_EACH_OF = re.compile("每(?:轮|期|场|次|批|堂|节)")
_AROUND = re.compile("周边|周围|范围|半径")
OWN_NAME = 4
"""A clause that begins with its purpose promises something where it names a thing in so many characters."""
MANNER = 16
"""How many characters before a number may say that it is no target."""
_GENERIC_FRONT = re.compile("^(?:县城|全县|全市|全镇|全乡|城区|农村|县级|市级|县|市|镇)+(?=.{2})")
_SIDE = re.compile(r"(?:，|^)(?:确保|努力|切实|不断|促进|提升|推动|营造|实现|为).{0,40}$")


@dataclass(frozen=True, slots=True, eq=False)
class Promise:
    """One part of a commitment: one object, made ready for matching.

    ``weights`` maps each gram to share times rarity and ``total`` is their sum; ``theme`` is what stands around it
    (heading, title, the commitment's other parts); ``elements`` are the members of an enumeration; ``aim`` is start,
    finish, project or standing; ``without_exception`` says that it is promised of all or that there be none (一律, 不发生); ``place`` is what it speaks of.
    """

    item: PlanItem
    commitment: Commitment
    text: str
    quantities: tuple[Quantity, ...]
    form: Comparable
    theme: Comparable
    weights: Mapping[str, float]
    total: float
    elements: tuple[str, ...]
    aim: str
    is_member: bool
    fellows: tuple[str, ...]
    framing: bool
    without_exception: bool
    place: Place

    @property
    def is_framing(self) -> bool:
        """Say whether the part only tells in what spirit or by what means (坚持…, 以…为抓手)."""
        return self.framing and not self.quantities

    @property
    def is_firm(self) -> bool:
        """Say whether the promise names something that can be counted or pointed at."""
        if self.is_framing:
            return False
        firm = bool(self.quantities) or self.aim in ("start", "finish", "project") or bool(self.form.titles)
        return firm or "全覆盖" in self.form.plain

    @property
    def is_checkable(self) -> bool:
        """Say whether a reader can tell that it was kept: it is firm, or promised of all or none."""
        return self.is_firm or (self.without_exception and not self.is_framing)


def prepare_promises(
    items: Sequence[PlanItem], rarity: Mapping[str, float], words: MatchingWords
) -> tuple[Promise, ...]:
    """Return one promise for each part of each commitment of the items, in order.

    A part without a noun of its own (培训不少于300人次) borrows the words before it.
    """
    promises: list[Promise] = []
    for item in items:
        subject = item.title or ""
        for commitment in commitments_of(item):
            for part in split_parts(commitment, words):
                names = _tells_what(part.text, rarity, words)
                whole = part if names or not part.quantities else replace(part, text=subject + part.text)
                promises.append(_promise(item, commitment, whole, rarity, words))
                subject = part.text if whole is part else subject
    return tuple(promises)


def commitments_of(item: PlanItem) -> Iterator[Commitment]:
    """Yield the item's commitments; an item without any stands for itself."""
    if item.commitments:
        yield from item.commitments
    else:
        yield Commitment(item.id, item.text, item.span, item.deadline)


def side_parts(promises: Sequence[Promise]) -> frozenset[Promise]:
    """Return the parts that name nothing to count or point at, where their commitment has one that does: an answer to them
    alone does not yet speak of the commitment."""
    firm = {promise.commitment.id for promise in promises if promise.is_firm}
    return frozenset(p for p in promises if not p.is_firm and p.commitment.id in firm)


@dataclass(frozen=True, slots=True)
class Part:
    """One object of a commitment in its words; ``is_member`` where it was cut out of a list of names, beside ``fellows``.

    ``aside`` are the clauses that only tell what it is good for (促进…, 确保…).
    """

    text: str
    quantities: tuple[Quantity, ...]
    is_member: bool = False
    aside: str = ""
    aim: str = ""
    fellows: tuple[str, ...] = ()


def split_parts(commitment: Commitment, words: MatchingWords) -> list[Part]:
    """Cut a commitment where it names several objects; each part takes the targets that stand in it.

    A clause that only tells the purpose (确保…, 不断…) or the manner (通过…) stays with its neighbour.
    """
    text = commitment.text
    pieces: list[tuple[int, int]] = []
    asides: dict[int, str] = {}
    held = 0
    for start, end in split_clauses(text, 0, len(text)):
        for low, high in _by_amounts(text, start, end):
            piece = text[low:high]
            if pieces and (_is_purpose(piece, words) or not _has_object(piece, words)):
                if _has_object(piece, words) and not re.search(r"\d", piece):
                    asides[pieces[-1][0]] = asides.get(pieces[-1][0], "") + text[pieces[-1][1] : high]
                pieces[-1] = (pieces[-1][0], high)
            elif words.signals["manners"].match(piece.strip()) and not re.search(r"\d", piece):
                continue
            else:
                pieces.append((min(held, low), high))
            held = high
    if len(pieces) > MOST_PARTS:
        pieces = [*pieces[: MOST_PARTS - 1], (pieces[MOST_PARTS - 1][0], len(text))]
    pieces = pieces or [(0, len(text))]
    parts: list[Part] = []
    for low, high in pieces:
        targets = _targets_in(commitment, low, high, pieces)
        members = _members(text[low:high], words)
        aim = aim_of(plain_text(text[low:high], words), words)
        names = [_first_name(member, words) for member in members]
        fellows = [tuple(name for name in names if name != own) for own in names]
        parts.extend(
            Part(member, (), is_member=True, aim=aim, fellows=others)
            for member, others in zip(members[:-1], fellows[:-1], strict=True)
        )
        if members:
            parts.append(
                Part(
                    members[-1],
                    tuple(q for q in targets if q.value != len(members)),
                    is_member=True,
                    aim=aim,
                    fellows=fellows[-1],
                )
            )
        else:
            parts.append(Part(text[low:high], targets, aside=asides.get(low, "")))
    return parts


def _is_purpose(piece: str, words: MatchingWords) -> bool:
    """Say whether a clause only tells what the one before is good for (推动高质量发展), and promises no thing of its own.

    推动高铁宝山站开工 and 实现村居法律顾问全覆盖 are promises like others.
    """
    verb = words.signals["purposes"].match(piece.strip())
    if verb is None:
        return False
    rest = piece.strip()[verb.end() :]
    ends = aim_of(plain_text(rest, words), words) in ("start", "finish") or "全覆盖" in rest
    named = any(len(chunk.text) >= OWN_NAME for chunk in make_comparable(rest, words).chunks)
    return not (ends and named)


def _members(piece: str, words: MatchingWords) -> list[str]:
    """Cut a list of things to finish into its members, each with the verb before the list; [] where it is none.

    完成甲楼、乙站、丙路建设 is three promises. A standing duty (加强甲、乙监管) lists examples and is left whole.
    """
    if "、" not in piece or aim_of(plain_text(piece, words), words) == "standing":
        return []
    found = next((one for one in _LIST.finditer(piece) if "、" in one.group()), None)
    if found is None or _has_object(piece[: found.start()], words):
        return []
    members = _ENUMERATION.split(found.group())
    if len(members) > MOST_PARTS:
        return []
    chunks = [make_comparable(member, words).chunks for member in members]
    if any(not of or max(len(chunk.text) for chunk in of) < NAMED for of in chunks):
        return []
    opening = chunks[0][0].text[:2]
    verb = members[0][: max(members[0].find(opening), 0)]
    return [members[0], *(verb + member for member in members[1:-1]), verb + members[-1] + piece[found.end() :]]


def _first_name(member: str, words: MatchingWords) -> str:
    """Return what tells a member of a list from its fellows: the name it begins with."""
    chunks = make_comparable(member, words).chunks
    return name_of(chunks[0].text) if chunks else member


def name_of(text: str) -> str:
    """Return the two characters by which a name is known, words like 全县 before it left out."""
    return _GENERIC_FRONT.sub("", text)[:2]


def _by_amounts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a clause at 、 where amounts stand on both sides (新增甲10家、乙6家)."""
    counted = [found.start() for found in _COUNTED.finditer(text, start, end)]
    cuts = [start]
    for one, two in pairwise(counted):
        at = text.rfind("、", one, two) + 1
        if at:
            cuts.append(at)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _tells_what(piece: str, rarity: Mapping[str, float], words: MatchingWords) -> bool:
    """Say whether a part names its object well enough to be found by it."""
    chunks = make_comparable(piece, words).chunks
    return sum(rarity.get(gram, RAREST) for chunk in chunks for gram in chunk.grams) >= TELLING_NAME


def _has_object(piece: str, words: MatchingWords) -> bool:
    return bool(make_comparable(piece, words).chunks)


def _targets_in(commitment: Commitment, low: int, high: int, pieces: Sequence[tuple[int, int]]) -> tuple[Quantity, ...]:
    own = [q for q in commitment.quantities if _owner(q, commitment, pieces) == (low, high)]
    if len(own) > 1 and _SCOPE.match(commitment.text[low:high].strip()):
        # 15个社区每季度坐班2次: the first number says for whom, it is no target.
        own = own[1:]
    if len(own) > 1:
        # 培训2轮，每轮不少于5天; 周边200米: how each is done and how far, beside the target itself
        own = [q for q in own if not _is_manner(q, commitment)] or own
    return tuple(own)


def _is_manner(quantity: Quantity, commitment: Commitment) -> bool:
    """Say whether a number only tells how each one is done, or how far around something."""
    if quantity.span is None:
        return False
    at = quantity.span.start - commitment.span.start
    before = re.split("[，；、]", commitment.text[max(0, at - MANNER) : max(at, 0)])[-1]
    return bool(_EACH_OF.search(before)) or (quantity.unit == "米" and bool(_AROUND.search(before)))


def _owner(quantity: Quantity, commitment: Commitment, pieces: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the part in which a target stands, by its span or, in an edited text, by its number."""
    if quantity.span is not None:
        at = quantity.span.start - commitment.span.start
        for low, high in pieces:
            if low <= at < high and commitment.span.contains(quantity.span):
                return low, high
    number = str(int(quantity.value)) if quantity.value == int(quantity.value) else str(quantity.value)
    return next((piece for piece in pieces if number in commitment.text[piece[0] : piece[1]]), pieces[-1])


def _promise(
    item: PlanItem,
    commitment: Commitment,
    part: Part,
    rarity: Mapping[str, float],
    words: MatchingWords,
) -> Promise:
    text = part.text
    form = make_comparable(text.replace(part.aside, "") if part.aside else text, words)
    weights = {gram: share * rarity.get(gram, RAREST) for gram, share in form.grams.items()}
    rest = commitment.text.replace(text, "，") + part.aside
    return Promise(
        item=item,
        commitment=commitment,
        text=text,
        quantities=part.quantities,
        form=form,
        theme=make_comparable(f"{item.group or ''}，{item.title or ''}，{rest}", words),
        weights=weights,
        total=sum(weights.values()) or 1.0,
        elements=_elements(text, words),
        aim=part.aim or aim_of(plain_text(text, words), words),
        is_member=part.is_member,
        fellows=part.fellows,
        framing=bool(words.signals["framing"].match(text.strip())),
        without_exception=bool(words.signals["without_exception"].search(form.plain)),
        place=load_topics().place(text),
    )


def _elements(text: str, words: MatchingWords) -> tuple[str, ...]:
    """Return the members of the enumeration the promise names, [] where it names one thing."""
    bare = re.sub(r"（[^（）]*）", "", text)
    titles = _TITLES.findall(bare)
    if len(titles) >= 2 and "、" not in bare:
        return tuple(plain_text(title, words) for title in titles)
    for clause in re.split(r"[，；：。]", bare):
        if "、" not in clause:
            continue
        members = [make_comparable(member, words) for member in _ENUMERATION.split(clause)]
        named = [
            member.chunks[0].text if at else max((chunk.text for chunk in member.chunks), key=len)
            for at, member in enumerate(members)
            if member.chunks
        ]
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
    if words.aims["finish"].search(head) or words.aims["finish_first"].match(head):
        return "finish"
    return "standing"
