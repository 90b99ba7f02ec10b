"""One statement, by the protocol that refuses a second one, and no row of its answer kept.

psycopg's cursors either hold every row in memory or convert each to Python, and what a
stranger's SELECT returns is not always convertible.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.generators import fetch, send
from psycopg.pq import ExecStatus

_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)
_COPIES = (ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH)


def execute(conn: psycopg.Connection[Any], text: str) -> None:
    """Raises psycopg.Error as a cursor would; the session stays usable."""
    encoded = text.encode(conn.info.encoding)
    with conn.lock:
        conn.wait(_exchange(conn, encoded))


def _exchange(conn: psycopg.Connection[Any], text: bytes) -> PQGen[None]:
    pgconn = conn.pgconn
    pgconn.send_query_params(text, None)
    pgconn.set_single_row_mode()
    yield from send(pgconn)
    failure: psycopg.Error | None = None
    while (result := (yield from fetch(pgconn))) is not None:
        if result.status in _FAILED:
            failure = errors.error_from_result(result, encoding=conn.info.encoding)
        elif result.status in _COPIES:
            conn.close()
            raise psycopg.OperationalError("the statement asked for rows from its client")
    if failure is not None:
        raise failure
