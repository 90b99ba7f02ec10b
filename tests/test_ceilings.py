"""Files and functions stay small enough to be read whole."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("migrate_core", "studio", "tests", "benchmarks", "demo", "manage.py", "bootstrap.py")
SUFFIXES = (".py", ".html", ".css", ".js", ".sql")
FILE_LINES = 400
FUNCTION_LINES = 40
# path, or path::function -> why it may be longer.
EXCEPTIONS: dict[str, str] = {}


def source_files() -> list[Path]:
    found = [ROOT / name for name in SOURCES if name.endswith(".py")]
    for folder in (*SOURCES, "templates", "static", "ci"):
        found += [path for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    return sorted(path for path in found if "migrations" not in path.parent.parts)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and lines, from the first decorator to the last statement.

    Parsed on a thread of its own: after a browser test the main one runs in a greenlet,
    where Python 3.11 miscounts the parser's recursion and refuses sound files.
    """
    with ThreadPoolExecutor(1) as pool:
        tree = pool.submit(ast.parse, path.read_text()).result()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            yield node.name, (node.end_lineno or first) - first + 1


def too_long_files(files: list[Path], ceiling: int) -> dict[str, int]:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    return {name: size for name, size in sizes.items() if size > ceiling}


def too_long_functions(files: list[Path], ceiling: int) -> dict[str, int]:
    return {
        f"{path.relative_to(ROOT)}::{name}": size
        for path in files
        if path.suffix == ".py"
        for name, size in functions(path)
        if size > ceiling
    }


def test_no_file_is_longer_than_the_ceiling() -> None:
    found = too_long_files(source_files(), FILE_LINES)

    assert {name: size for name, size in found.items() if name not in EXCEPTIONS} == {}


def test_no_function_is_longer_than_the_ceiling() -> None:
    found = too_long_functions(source_files(), FUNCTION_LINES)

    assert {name: size for name, size in found.items() if name not in EXCEPTIONS} == {}


def test_every_exception_is_still_needed() -> None:
    files = source_files()
    found = {**too_long_files(files, FILE_LINES), **too_long_functions(files, FUNCTION_LINES)}

    assert set(EXCEPTIONS) <= set(found)


@pytest.mark.parametrize("folder", ["migrate_core", "studio", "tests"])
def test_the_ceilings_look_at(folder: str) -> None:
    """A wrong path would make them pass for ever."""
    measured = [path for path in source_files() if path.is_relative_to(ROOT / folder)]

    assert too_long_files(measured, 0)
    assert too_long_functions(measured, 0)
