"""The weights in force: the installation's own, learnt from its decisions and adopted, else those shipped.

Own weights lie in the instance folder and are read at every comparison, so that they hold at once in every process. They
count only for the shipped weights they were learnt from: a new release starts from its own again.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.domain.matching.training import fingerprint
from tracker.domain.matching.words import LinkModel, load_model, parse_model
from tracker.readers.sandbox import link_in_child

log = logging.getLogger(__name__)

BROKEN = "本单位训练的权重文件读不出来，已改用自带权重。请重新训练，或恢复自带权重。"
OUTDATED = "系统升级后自带权重有变化，本单位训练的权重已停用。请重新训练。"


@dataclass(frozen=True, slots=True)
class InForce:
    """The weights that a comparison uses now. ``text`` is their file, None for the shipped ones.

    ``problem`` says why own weights that are there are not used.
    """

    model: LinkModel
    fingerprint: str
    text: str | None = None
    decisions: int = 0
    problem: str | None = None

    @property
    def is_own(self) -> bool:
        """Whether the installation's own weights are used."""
        return self.text is not None


def model_in_force(path: Path) -> InForce:
    """Return the weights in force; ``path`` is where own ones lie."""
    shipped = load_model()
    mark = fingerprint(shipped)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return InForce(shipped, mark)
    except OSError:
        log.exception("the weights in %s cannot be read", path)
        return InForce(shipped, mark, problem=BROKEN)
    try:
        origin = tomllib.loads(text)["origin"]
        own = parse_model(text)
        base, decisions = str(origin["base"]), int(origin["decisions"])
    except (KeyError, TypeError, ValueError):
        log.exception("the weights in %s are broken", path)
        return InForce(shipped, mark, problem=BROKEN)
    if base != mark:
        return InForce(shipped, mark, problem=OUTDATED)
    return InForce(own, fingerprint(own), text, decisions)


def comparer(path: Path) -> Callable[[Any, Any], Any]:
    """Return how two readings are compared in this installation: in a child process, with the weights in force."""

    def compare(earlier: Any, later: Any) -> Any:
        return link_in_child(earlier, later, model=model_in_force(path).text)

    return compare
