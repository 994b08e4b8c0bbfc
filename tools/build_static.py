"""Build the two generated static files from Bootstrap-Flask's own copies.

`static/css/bootstrap.css` keeps only the parts of Bootstrap that the pages use (the whole is 232 kB, and the
server does not compress); `static/icons.svg` keeps only the named symbols (the whole sprite is 1 MB) and adds our own.

    python -m tools.build_static            write both files
    python -m tools.build_static --check    exit 1 if a file is stale or a template names an icon that is missing
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "tracker" / "web" / "static"

# Class names of Bootstrap that pages may use; anything else is dropped. Add a line here, run the script, commit.
KEPT_CLASSES = re.compile(
    r"""^(?:
      container|container-fluid
    | row | col(?:-(?:sm|md|lg|xl))?(?:-(?:\d+|auto))? | g[xy]?-[0-5]
    | table | table-sm
    | form-(?:label|control|control-sm|select|select-sm|check|check-input|check-label|check-inline|text)
    | input-group | input-group-text | is-invalid | invalid-feedback
    | btn | btn-(?:primary|secondary|link|sm) | disabled | active
    | d-(?:(?:sm|md|lg|print)-)?(?:none|block|inline|inline-block|flex|grid)
    | flex-(?:row|column|wrap|nowrap|fill|grow-1|shrink-0) | justify-content-\w+ | align-(?:items|self)-\w+
    | gap-[0-5] | [mp][tbsexy]?-(?:[0-5]|auto)
    | text-(?:start|end|center|nowrap|break|wrap|truncate|body-secondary) | fw-(?:normal|medium|semibold|bold)
    | w-100 | h-100 | small | visually-hidden(?:-focusable)? | list-unstyled | hstack | vstack
    | position-relative | overflow-auto
    )$""",
    re.VERBOSE,
)

ICON_NAMES = """
arrow-counterclockwise arrow-down arrow-down-up arrow-left arrow-repeat arrow-right arrow-up archive
arrows-collapse arrows-expand bar-chart-line bell bell-fill box-arrow-right box-arrow-up-right building
calendar-event calendar-plus card-checklist check-circle check-circle-fill check-lg chat-left-text
chevron-down chevron-left chevron-right chevron-up clipboard-check clock clock-history dash-lg diagram-3 download
exclamation-octagon-fill exclamation-triangle-fill eye file-earmark file-earmark-excel file-earmark-image
file-earmark-pdf file-earmark-text file-earmark-word file-earmark-zip flag folder2-open funnel gear graph-up
hourglass-split house inbox info-circle info-circle-fill journal-check journal-text key layout-split
layout-three-columns link-45deg list list-check list-task lock megaphone paperclip pause-circle pencil people
person person-circle play-circle plus-lg printer question-circle quote reply scissors search send shield-check
shield-lock signpost-split slash-circle sliders speedometer2 table text-wrap trash union unlock upload x-circle x-lg
"""
ICONS = ICON_NAMES.split()

# Our own signs. Each light has a shape of its own, so that it reads without colour and in a black-and-white print.
OWN_SYMBOLS = {
    "mark": '<path d="M2 2h4.2c.8 0 1.4.3 1.8.9.4-.6 1-.9 1.8-.9H14v11H9.8c-.8 0-1.4.3-1.8.9-.4-.6-1-.9-1.8-.9H2z" '
    'fill="none" stroke="currentColor" stroke-width="1.3" stroke-linejoin="round"/>'
    '<path d="M4.2 7.6l2.6 2.6 5-5.2" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" '
    'stroke-linejoin="round"/>',
    "light-green": '<circle cx="8" cy="8" r="6"/>',
    "light-yellow": '<path d="M8 1.6 15 14H1z"/>',
    "light-red": '<rect x="2" y="2" width="12" height="12" rx="1"/>',
    "light-grey": '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>',
    "light-on-time": '<path d="M2.5 8.5l3.6 3.7 7.4-8" fill="none" stroke="currentColor" stroke-width="2.4" '
    'stroke-linecap="round" stroke-linejoin="round"/>',
    "light-late": '<path d="M1.8 9l2.9 3 5.8-6.6" fill="none" stroke="currentColor" stroke-width="2.2" '
    'stroke-linecap="round" stroke-linejoin="round"/><path d="M13 2.4v6.2M13 11.4v1.2" stroke="currentColor" '
    'stroke-width="2.2" stroke-linecap="round"/>',
}

Rule = tuple[str, str]


def bootstrap_folder() -> Path:
    """The folder of Bootstrap 5 inside the installed Bootstrap-Flask."""
    spec = importlib.util.find_spec("flask_bootstrap")
    if spec is None or spec.origin is None:
        raise SystemExit("Bootstrap-Flask is not installed")
    return Path(spec.origin).parent / "static" / "bootstrap5"


def split_rules(css: str) -> list[Rule]:
    """Cut a style sheet without nested quotes of braces into (prelude, body) pairs, one level deep."""
    rules: list[Rule] = []
    start = depth = opened = 0
    for position, character in enumerate(css):
        if character == "{":
            depth += 1
            if depth == 1:
                opened = position
        elif character == "}":
            depth -= 1
            if depth == 0:
                rules.append((css[start:opened].strip(), css[opened + 1 : position]))
                start = position + 1
    return rules


def split_selectors(prelude: str) -> list[str]:
    """Cut a selector list at its commas, those inside parentheses excepted."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", prelude)]


def keeps_selector(selector: str) -> bool:
    """Whether every class of the selector is one that pages may use."""
    if "data-bs-theme" in selector and ":root" not in selector:
        return False
    return all(KEPT_CLASSES.match(name) for name in re.findall(r"\.([A-Za-z][\w-]*)", selector))


def trim(css: str) -> str:
    """The style sheet with only the kept selectors; empty media blocks vanish."""
    kept: list[str] = []
    for prelude, body in split_rules(css):
        if prelude.startswith(("@media", "@supports")):
            inner = trim(body)
            if inner:
                kept.append(f"{prelude}{{{inner}}}\n")
        elif not prelude.startswith("@"):
            selectors = [selector for selector in split_selectors(prelude) if keeps_selector(selector)]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{body}}}\n")
    return "".join(kept)


def build_bootstrap() -> str:
    """Bootstrap's trimmed style sheet with its licence line."""
    css = (bootstrap_folder() / "css" / "bootstrap.min.css").read_text(encoding="utf-8")
    css = re.sub(r"/\*#.*?\*/", "", css)
    banner = re.match(r"@charset[^;]+;\s*(/\*!.*?\*/)", css, re.DOTALL)
    licence = banner.group(1) if banner else ""
    css = re.sub(r"@charset[^;]+;|/\*.*?\*/", "", css, flags=re.DOTALL)
    return f'@charset "UTF-8";\n{licence}\n/* Trimmed by tools/build_static.py: do not edit. */\n{trim(css)}'


def build_icons() -> str:
    """The sprite with the chosen Bootstrap Icons (MIT) and our own signs."""
    sprite = (bootstrap_folder().parent / "bootstrap5" / "icons" / "bootstrap-icons.svg").read_text(encoding="utf-8")
    symbols: list[str] = []
    for name in ICONS:
        found = re.search(rf'<symbol[^>]*id="{re.escape(name)}"[^>]*>(.*?)</symbol>', sprite, re.DOTALL)
        if found is None:
            raise SystemExit(f"no such icon: {name}")
        body = re.sub(r"\s*\n\s*", "", found.group(1))
        symbols.append(f'<symbol viewBox="0 0 16 16" id="{name}">{body}</symbol>')
    symbols.extend(f'<symbol viewBox="0 0 16 16" id="{name}">{body}</symbol>' for name, body in OWN_SYMBOLS.items())
    joined = "\n".join(symbols)
    head = "<!-- Made by tools/build_static.py. Bootstrap Icons, MIT. -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n{head}\n{joined}\n</svg>\n'


def missing_icons() -> set[str]:
    """Names of icons that a template or a Python file asks for and the sprite lacks."""
    known = set(ICONS) | set(OWN_SYMBOLS)
    asked: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        asked |= set(re.findall(r"""\bicon\(\s*["']([\w-]+)["']""", path.read_text(encoding="utf-8")))
    for path in (ROOT / "tracker" / "web").rglob("*.py"):
        asked |= set(re.findall(r"""\bicon["']?\s*[=:]\s*["']([\w-]+)["']""", path.read_text(encoding="utf-8")))
    return asked - known


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them; the exit code."""
    targets = {STATIC / "css" / "bootstrap.css": build_bootstrap(), STATIC / "icons.svg": build_icons()}
    missing = missing_icons()
    if missing:
        sys.stderr.write(f"icons to add to tools/build_static.py: {' '.join(sorted(missing))}\n")
    if "--check" in arguments:
        stale = [path for path, text in targets.items() if not path.exists() or path.read_text("utf-8") != text]
        for path in stale:
            sys.stderr.write(f"stale: {path.relative_to(ROOT)}\n")
        return 1 if stale or missing else 0
    for path, text in targets.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(text.encode()):,} bytes\n")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
