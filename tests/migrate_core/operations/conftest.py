"""What tests of single kinds share: asking a kind's probes of a real table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.introspection.graph import read_graph
from migrate_core.introspection.probes import ask
from migrate_core.operations.base import Operation
from migrate_core.risk.facts import Answer, Facts


@pytest.fixture
def asked(
    make_db: Callable[..., Connection[Any]],
) -> Callable[[str, Operation], dict[str, Answer]]:
    """asked(ddl, operation) -> its probes' answers in a database that holds the DDL, by fact."""

    def asked(ddl: str, operation: Operation) -> dict[str, Answer]:
        conn = make_db(ddl)
        graph = read_graph(conn)
        probes = operation.bind(graph).probes(graph)
        return {answer.fact: answer for answer in ask(conn, probes)}

    return asked


@pytest.fixture
def judged() -> Callable[..., dict[str, str]]:
    """judged(operation, fact=count, ...) -> level of each of its reasons, by code."""

    def judged(operation: Operation, **counts: int | None) -> dict[str, str]:
        answers = tuple(
            Answer(fact=fact, question=fact, count=count) for fact, count in counts.items()
        )
        reasons = operation.reasons(Facts(answers=answers))
        return {reason.code: reason.level.value for reason in reasons}

    return judged
