"""The first-level areas of 法治政府建设 by which tasks are classed (类别).

After the chapters of the 法治政府建设实施纲要（2021—2025年）, with 突发事件应对 and 矛盾纠纷化解 counted to the rule-of-law society.
"""

from __future__ import annotations

AREAS: tuple[str, ...] = (
    "组织领导",
    "职能履行",
    "制度建设",
    "行政决策",
    "行政执法",
    "监督制约",
    "法治社会",
    "数字政府",
)
