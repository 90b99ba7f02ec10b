from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Place
from migrate_core.operations.raw.raw_sql import RawSql
from migrate_core.operations.registry import from_builtins
from migrate_core.pg import codec
from migrate_core.pg.ddl import StageMode
from migrate_core.schema.graph import SchemaGraph

Judged = Callable[..., dict[str, str]]
PLACE = Place(migration_id="20260101_000000_x", step=1, major=18)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("", "holds no statement"),
        (" ; -- nothing", "holds no statement"),
        ("UPDATE t SET a = 1; COMMIT", "COMMIT would end"),
        ("/* x */ rollback", "ROLLBACK would end"),
        ("SELECT 1; END", "END would end"),
        ("PREPARE TRANSACTION 'a'", "PREPARE would end"),
        ("DISCARD ALL", "DISCARD would let go"),
    ],
)
def test_what_would_part_it_from_its_ledger_row_is_refused(sql: str, problem: str) -> None:
    for raw in (RawSql(sql=sql), RawSql(sql="SELECT 1", down=sql)):
        with pytest.raises(UnboundOperationError, match=problem):
            raw.bind(SchemaGraph())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'COMMIT; ROLLBACK'",
        "DO $$ BEGIN PERFORM 1; END $$",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC"
        " SELECT CASE 1 WHEN 1 THEN 1 END; SELECT 2; END",
        "PREPARE q AS SELECT 1; DEALLOCATE q",
    ],
)
def test_a_word_inside_a_string_or_a_body_ends_nothing(sql: str) -> None:
    assert RawSql(sql=sql).bind(SchemaGraph()) == RawSql(sql=sql)


def test_outside_a_transaction_it_is_one_statement() -> None:
    alone = RawSql(sql="VACUUM;", transaction=False)
    two = RawSql(sql="VACUUM; VACUUM", transaction=False)

    (stage,) = alone.bind(SchemaGraph()).stages(PLACE)

    assert stage.mode is StageMode.CONCURRENT
    assert [str(s) for s in stage.statements] == ["VACUUM"]
    with pytest.raises(UnboundOperationError, match="takes one statement"):
        two.bind(SchemaGraph())


def test_its_label_is_the_given_one_or_the_sql_itself() -> None:
    written = {"op": "rawSql", "sql": "SELECT 1", "label": "count"}

    assert from_builtins(written).label == "count"
    assert codec.to_builtins(from_builtins(written)) == written
    assert RawSql(sql="SELECT\n  1").label == "SELECT 1"
    assert len(RawSql(sql="SELECT " + "1, " * 100).label) == 60


def test_its_risk_is_high_and_it_says_when_nothing_undoes_it(judged: Judged) -> None:
    assert judged(RawSql(sql="SELECT 1")) == {"raw_sql": "high", "no_inverse": "medium"}
    assert judged(RawSql(sql="SELECT 1", down="SELECT 2")) == {"raw_sql": "high"}
    assert RawSql(sql="SELECT 1").inverse(PLACE) is None
    assert RawSql(sql="a", down="b").inverse(PLACE) == RawSql(sql="b", down="a")
