from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from migrate_core.declared.execution import execute

pytestmark = pytest.mark.db
MakeDb = Callable[..., psycopg.Connection[Any]]


def test_an_error_leaves_the_session_usable(make_db: MakeDb) -> None:
    conn = make_db()

    with pytest.raises(psycopg.errors.UndefinedTable) as refused:
        execute(conn, "SELECT * FROM nowhere")

    assert refused.value.diag.statement_position == "15"
    execute(conn, "CREATE TABLE t (a int)")
    assert conn.info.transaction_status is TransactionStatus.IDLE


def test_an_error_after_some_rows_is_not_lost(make_db: MakeDb) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        execute(make_db(), "SELECT 1 / (1000 - n) FROM generate_series(1, 1000) AS n")


def test_a_second_statement_is_refused_by_the_server(make_db: MakeDb) -> None:
    with pytest.raises(psycopg.errors.SyntaxError, match="multiple commands"):
        execute(make_db(), "SELECT 1; SELECT 2")


@pytest.mark.parametrize("copy", ["COPY t TO STDOUT", "COPY t FROM STDIN"])
def test_a_statement_that_wants_rows_of_its_client_ends_the_session(
    make_db: MakeDb, copy: str
) -> None:
    conn = make_db("CREATE TABLE t (a int);")

    with pytest.raises(psycopg.OperationalError, match="rows from its client"):
        execute(conn, copy)

    assert conn.closed
