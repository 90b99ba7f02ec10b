"""A kind that has a safer form reaches the same schema by it; found by itself, as all kinds are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.api import safe_form
from migrate_core.errors import MigrateError
from migrate_core.files.migration import Migration
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Operation
from migrate_core.operations.registry import kinds
from tests.migrate_core.operations.cases import CASES, operations_of, snake
from tests.migrate_core.operations.document import MAJOR

WITH_SAFER = [kind for kind, made in kinds().items() if made.safer is not Operation.safer]


def test_the_kinds_that_have_one_are_these() -> None:
    assert set(WITH_SAFER) >= {
        "addColumn",
        "alterColumnType",
        "dropColumn",
        "dropTable",
        "renameColumn",
    }


@pytest.mark.db
@pytest.mark.parametrize("kind", WITH_SAFER)
def test_a_scenario_of_it_is_made_safe(
    kind: str, make_db_on: Callable[..., Connection[Any]]
) -> None:
    """safe_form() itself refuses what leads elsewhere; one scenario at least has to pass."""
    refused = []
    for case in (case for case in CASES if case.parts[-2] == snake(kind)):
        graph = read_graph(make_db_on(MAJOR, (case / "before.sql").read_text()))
        operations = operations_of(case, graph, partial(make_db_on, MAJOR))
        at = next((n for n, op in enumerate(operations, start=1) if op.kind == kind), 0)
        if not at:
            continue
        migration = Migration(id="20260101_000000_case", operations=tuple(operations))
        values = {operations[at - 1].subject: "'x'"}
        try:
            form = safe_form(graph, migration, [at], values=values)
        except MigrateError as error:
            refused.append(f"{case.name}: {error.message}")
            continue
        assert form.steps == (at,)
        assert form.migration.operations != migration.operations
        return
    pytest.fail("; ".join(refused))
