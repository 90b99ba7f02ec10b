"""A plan judges every kind alike: what it must know of one, that kind says itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from migrate_core import planning, risk
from migrate_core.operations.registry import kinds

FOLDERS = [Path(package.__path__[0]) for package in (planning, risk)]
TEXTS = ("CREATE", "ALTER", "DROP", "REFRESH", "UPDATE")
RATE = "backfill"  # of rows written in batches, by whatever kind


def constants() -> Iterator[str]:
    for file in (file for folder in FOLDERS for file in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_no_kind_is_named_where_all_are_judged() -> None:
    assert set(constants()) & set(kinds()) == {RATE}


def test_no_statement_is_known_by_its_text() -> None:
    texts = {text for text in constants() if text.startswith(TEXTS)}

    assert {text for text in texts if text.isupper()} == set()
