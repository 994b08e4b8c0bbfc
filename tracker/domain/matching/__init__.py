"""Linking the next report back: what became of each promise, with the sentences that show it.

Stages, each explainable: ``candidates`` (claims of the later report, apart from its plan and problems) → ``features``
(what a person could point at, ``paragraphs`` among it) → ``scoring`` (a small logistic model whose weights are data) →
``looks`` (a second look at the surest sentence) → ``outcome``, ``figures``, ``lateness``, ``admissions``, ``repetition``,
``shrinking`` (rules over the passages).
"""

from tracker.domain.matching.linking import link_items, link_reports

__all__ = ["link_items", "link_reports"]
