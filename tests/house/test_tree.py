"""What may not stand anywhere in the project, and that the locks fit pyproject.toml."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
TEXT_SUFFIXES = {
    "", ".py", ".md", ".html", ".css", ".js", ".svg", ".toml", ".ini", ".txt", ".mako", ".lock", ".json", ".jsonl",
    ".cfg", ".yml", ".yaml", ".sh",
}  # fmt: skip
SKIPPED_FOLDERS = {".git", ".venv", "instance", "__pycache__", "artifacts", "build"}

# Put together from parts, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:" + "|".join(("work", "root", "home/\\w+", "Users")) + r")/"),
    "a package source": re.compile(r"(?:--)?(?:extra-)?index-" + r"url[ =]|find-" + r"links[ =]"),
    "a number of an issue": re.compile(r"\bissue" + r"s? #?\d", re.IGNORECASE),
    "something left undone": re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"),
}

UNSAFE_MODULES = {"pickle", "cPickle", "dill", "marshal", "shelve", "yaml"}
UNSAFE_CALLS = {"eval", "exec", "compile"}


@cache
def files() -> list[Path]:
    """Every text file of the project: what git keeps, or everything where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in paths if path.is_file() and path.suffix in TEXT_SUFFIXES)


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_the_project_speaks_of_itself_alone(rule):
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if FORBIDDEN[rule].search(line)
    ]
    assert found == []


def parsed(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    """The syntax trees of a folder's modules."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> list[str]:
    """The top modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").split(".")[0]]
    return []


def test_nothing_runs_code_that_came_as_data():
    found = []
    for path, tree in parsed("tracker"):
        for node in ast.walk(tree):
            if UNSAFE_MODULES & set(imported(node)):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in UNSAFE_CALLS:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_no_test_sleeps():
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in parsed("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep", "page.wait_for_timeout"}
    ]
    assert found == []


def requirements(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for, with some of its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def pins(name: str) -> dict[str, str]:
    """The versions in a lock, by canonical name."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {canonicalize_name(found): version for found, version in re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", text)}


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["postgres"]), ("requirements-dev.lock", ["postgres", "dev"])]
)
def test_the_lock_holds_what_pyproject_asks_for(lock, extras):
    locked = pins(lock)
    unfit = [
        str(wanted)
        for wanted in requirements(*extras)
        if not wanted.specifier.contains(locked.get(canonicalize_name(wanted.name), "0"), prereleases=True)
    ]
    assert unfit == [], "run make lock"


def test_the_lock_of_the_recogniser_holds_its_extra_and_no_other_version():
    locked, runtime = pins("requirements-ocr.lock"), pins("requirements.lock")
    for wanted in [one for one in requirements("ocr") if one.name in {"rapidocr", "onnxruntime", "pypdfium2"}]:
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)], prereleases=True), "run make lock"
    assert [name for name in locked.keys() & runtime.keys() if locked[name] != runtime[name]] == []


def test_both_locks_name_the_same_versions():
    runtime, development = pins("requirements.lock"), pins("requirements-dev.lock")
    assert runtime.items() <= development.items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-ocr.lock"])
def test_every_pin_has_its_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[\w.-]+==)", text)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?://|file:/", text)
