"""Which problem an item answers: shared rare words, and shared themes where the words differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tracker.language.lexicon import Lexicon
from tracker.language.similarity import bigrams, cosine, coverage, learn_weights

_LEAST = 0.3
_NEAR_BEST = 0.72
_COMMON = "法治 法制 建设 政府 工作 推进 进一步 一步 加强 提高 提升 水平 能力 问题 存在 有待 还需 需要 不够 不足 落实 持续 继续 不断 完善 健全 强化 深入 开展 方面 完成 部分 个别 我镇 我局 我乡 我县"


def match_answers(
    problems: Sequence[str], items: Sequence[tuple[str, str]], lexicon: Lexicon
) -> list[list[tuple[int, float, str]]]:
    """Return for each item the problems it answers as (index, score, reason in Chinese), best first.

    ``items`` are (heading words, text); the heading counts twice.
    """
    if not problems or not items:
        return [[] for _ in items]
    model = learn_weights([*problems, *(f"{head}{body}" for head, body in items)], _common())
    problem_vectors = [model.vector(problem) for problem in problems]
    problem_themes = [_themes(problem, lexicon) for problem in problems]
    scores = [[0.0] * len(problems) for _ in items]
    shared: dict[tuple[int, int], str] = {}
    for index, (head, body) in enumerate(items):
        vector = model.vector(f"{head}{head}{body}")
        head_themes, body_themes = _themes(head, lexicon), _themes(body, lexicon)
        for other, problem in enumerate(problem_vectors):
            words = coverage(problem, vector) * 0.7 + cosine(problem, vector) * 0.6
            theme, name = _theme_score(problem_themes[other], head_themes, body_themes)
            scores[index][other] = words + theme
            shared[index, other] = name or "、".join(_shared_words(problems[other], f"{head}{body}"))
    best = [max(row[other] for row in scores) for other in range(len(problems))]
    return [
        sorted(
            (
                (other, round(score, 3), f"与问题同讲“{shared[index, other]}”")
                for other, score in enumerate(row)
                if score >= _LEAST and score >= _NEAR_BEST * best[other]
            ),
            key=lambda found: -found[1],
        )
        for index, row in enumerate(scores)
    ]


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(gram for word in _COMMON.split() for gram in bigrams(word))


def _themes(words: str, lexicon: Lexicon) -> dict[str, float]:
    """Return the themes of a passage with their weight, by the words of each that occur."""
    found: dict[str, float] = {}
    for theme in lexicon.themes:
        hits = sum(1 for word in theme.words if word in words)
        if hits:
            found[theme.name] = theme.weight * min(1.0, 0.6 + 0.2 * hits)
    return found


def _theme_score(problem: dict[str, float], head: dict[str, float], body: dict[str, float]) -> tuple[float, str]:
    if not problem:
        return 0.0, ""
    total = sum(problem.values())
    score, name, best = 0.0, "", 0.0
    for theme, weight in problem.items():
        share = weight / total
        gain = share * (0.4 if theme in head else 0.22 if theme in body else 0.0)
        score += gain
        if gain > best:
            name, best = theme, gain
    return score, name


def _shared_words(left: str, right: str) -> list[str]:
    return [gram for gram in bigrams(left) if gram in right and gram not in _common()][:3]
