"""Modules and functions stay small. What is too long today is listed; the list may only shrink."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE_LINES = 400
FUNCTION_LINES = 60

# Path, or path::function, and its length: lower the number when it got shorter, strike the line when it fits.
TOO_LONG: dict[str, int] = {}


def lengths() -> dict[str, int]:
    """Everything in tracker/ that is longer than its limit, with its length in lines."""
    found: dict[str, int] = {}
    for path in sorted((ROOT / "tracker").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = str(path.relative_to(ROOT))
        if (lines := len(text.splitlines())) > MODULE_LINES:
            found[name] = lines
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    found[f"{name}::{node.name}"] = lines
    return found


def test_nothing_grows_beyond_its_limit():
    grown = {name: lines for name, lines in lengths().items() if lines > TOO_LONG.get(name, 0)}
    assert grown == {}, f"modules: {MODULE_LINES} lines, functions: {FUNCTION_LINES}"


def test_the_list_of_exceptions_shrinks():
    now = lengths()
    assert {name: lines for name, lines in TOO_LONG.items() if now.get(name, 0) < lines} == {}
