"""Write the list of macros in docs/design-language.md from the macros' own comments.

python -m tools.describe_macros            rewrite the part after "## Macros", and the list in macros/ui.html
python -m tools.describe_macros --check    exit 1 if either is stale
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MACROS = ROOT / "templates" / "macros"
GUIDE = ROOT / "docs" / "design-language.md"
UI = MACROS / "ui.html"

CHAPTERS = {
    "icons": "Icons",
    "status": "Lights, states, deadlines, progress",
    "layout": "Frame of a page",
    "tables": "Tables, filters, paging",
    "forms": "Forms",
    "messages": "Messages, progress, confirmation, conflict",
    "source": "Source text, review and linking",
    "records": "Facts, history, files, duties",
    "charts": "Figures",
}
UI_HEAD = """{#- The whole vocabulary under one name:  {% import "macros/ui.html" as ui %}  then  {{ ui.light("red") }}.
    Import it without "with context": only then is it compiled and cached once. Written by tools/describe_macros.py. -#}
"""
MACRO = re.compile(r"(?:\{#-? ((?:(?!#\}).)*?) -?#\}\n)?\{% macro (\w+)\((.*?)\) -?%\}", re.DOTALL)
OPENING_MARK = "The list below is written by `python -m tools.describe_macros`.\n"


def macros_of(chapter: str) -> list[tuple[str, str, str]]:
    """(name, arguments, comment) of each public macro of a file, in its order."""
    text = (MACROS / f"{chapter}.html").read_text(encoding="utf-8")
    found = []
    for comment, name, arguments in MACRO.findall(text):
        if not name.startswith("_"):
            found.append((name, arguments, without_signature(name, " ".join(comment.split()))))
    return found


def without_signature(name: str, comment: str) -> str:
    """The comment without the repeated ``name(arguments):`` at its head; parentheses may be nested."""
    if not comment.startswith(name):
        return comment
    rest, depth = comment[len(name) :], 0
    for position, character in enumerate(rest):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 and character in ":) ":
            return rest[position + 1 :].lstrip(": ")
    return comment


def guide_list() -> str:
    """The list of macros in Markdown."""
    lines = []
    for chapter, title in CHAPTERS.items():
        lines.append(f"\n### {title} (`macros/{chapter}.html`)\n")
        for name, arguments, comment in macros_of(chapter):
            lines.append(f"- `ui.{name}({arguments})`" + (f" — {comment}" if comment else ""))
    return "\n".join(lines) + "\n"


def ui_file() -> str:
    """The file that gathers all macros under one name."""
    lines = [UI_HEAD]
    for chapter in CHAPTERS:
        lines.append(f'{{% import "macros/{chapter}.html" as {chapter}_ -%}}\n')
        lines.extend(f"{{% set {name} = {chapter}_.{name} -%}}\n" for name, _, _ in macros_of(chapter))
    return "".join(lines)


def main(arguments: list[str]) -> int:
    """Write or check; the exit code."""
    guide = GUIDE.read_text(encoding="utf-8")
    head = guide.split(OPENING_MARK)[0]
    wanted = {GUIDE: head + OPENING_MARK + guide_list(), UI: ui_file()}
    stale = [path for path, text in wanted.items() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        if "--check" in arguments:
            sys.stderr.write(f"stale: {path.relative_to(ROOT)}\n")
        else:
            path.write_text(wanted[path], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
