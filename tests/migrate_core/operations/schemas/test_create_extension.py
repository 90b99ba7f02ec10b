from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Operation
from migrate_core.operations.schemas.create_extension import CreateExtension
from migrate_core.risk.facts import Answer
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import (
    Extension,
)

Asked = Callable[[str, Operation], dict[str, Answer]]
Judged = Callable[..., dict[str, str]]

CREATE = CreateExtension(name="citext", schema="public")


@pytest.mark.db
def test_an_extension_that_the_server_lacks_is_counted(asked: Asked) -> None:
    there = asked("", CREATE)
    missing = asked("", CreateExtension(name="no_such_thing", schema="public"))

    assert there["missing_extension"].count == 0
    assert missing["missing_extension"].count == 1
    assert missing["missing_extension"].blocks


@pytest.mark.db
@pytest.mark.parametrize(("name", "count"), [("citext", 0), ("file_fdw", 1)])
def test_a_role_of_few_rights_may_create_trusted_extensions_alone(
    make_db: Callable[..., Connection[Any]], name: str, count: int
) -> None:
    db = make_db()
    probes = CreateExtension(name=name, schema="public").probes(SchemaGraph())
    (question,) = (probe for probe in probes if probe.fact == "needs_superuser")
    db.execute(
        "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO pg_monitor',"
        " current_database()); END $$"
    )
    db.execute("SET ROLE pg_monitor")

    found = db.execute(question.query.encode()).fetchone()

    assert found == (count,)
    assert not question.blocks


def test_risk_depends_on_the_server_and_the_role(judged: Judged) -> None:
    assert judged(CREATE, missing_extension=0, needs_superuser=0) == {"adds_extension": "low"}
    assert judged(CREATE, missing_extension=0, needs_superuser=1) == {"adds_extension": "high"}
    assert judged(CREATE, missing_extension=1)["would_fail"] == "blocked"
    assert judged(CREATE)["not_measured"] == "high"


def test_one_that_is_there_is_refused() -> None:
    there = SchemaGraph(extensions=(Extension(name="citext", schema="other"),))
    with pytest.raises(UnboundOperationError, match="exists already"):
        CREATE.bind(there)
