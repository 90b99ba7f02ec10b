"""One moment of a catalog, read under settings that no session can change the text with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString, NamedTuple

import msgspec
import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import scalar_row

from migrate_core.errors import LockTimeoutError
from migrate_core.pg.codec import decode
from migrate_core.pg.queries import query

Scope = Mapping[str, Any]


class TornReadError(Exception):
    """What was deparsed is younger than the snapshot: the caller reads again."""


class Document(NamedTuple):
    """A query that answers one JSON document, and what the document is."""

    name: LiteralString  # of the file in sql/
    kind: Any

    def of_nothing(self) -> Any:
        """What it is where there is nothing of it."""
        return decode("[]", self.kind)


@contextmanager
def catalog_snapshot(conn: psycopg.Connection[Any], *, shared: str = "") -> Iterator[None]:
    """A read-only transaction over one snapshot, in which every name is written qualified.

    `shared` is a snapshot that another session exported. Inside a transaction of the
    caller's it is a savepoint and its isolation is theirs. It always rolls back: that undoes
    the settings, and nothing else was done.
    """
    outermost = conn.info.transaction_status is TransactionStatus.IDLE
    with conn.transaction():
        if outermost:
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", prepare=False)
        if shared:
            quoted = psycopg.sql.Literal(shared)
            conn.execute(psycopg.sql.SQL("SET TRANSACTION SNAPSHOT {}").format(quoted))
        conn.execute(query(__package__, "settings"), prepare=False)
        yield
        raise psycopg.Rollback


def export_snapshot(conn: psycopg.Connection[Any]) -> str:
    """What another session's `catalog_snapshot` takes as `shared`, while this one is open."""
    with conn.cursor(row_factory=scalar_row) as cursor:
        exported = cursor.execute("SELECT pg_catalog.pg_export_snapshot()", prepare=False)
        return str(exported.fetchone())


PRESENT = Document("present", dict[str, bool])


def read_documents(
    conn: psycopg.Connection[Any], documents: Iterable[Document], scope: Scope
) -> dict[str, Any]:
    """The values of each document by its name; the server writes the next while we read one.

    The scope may say of which there is nothing (`absent`): these are not asked for.

    Raises:
        TornReadError: the catalog named something that is gone or called otherwise by now.
        LockTimeoutError: somebody's lock kept PostgreSQL from reading an expression.
    """
    absent, nothing = scope.get("absent", frozenset()), {}

    def present() -> Iterator[Document]:
        for document in documents:
            if document.name in absent:
                nothing[document.name] = document.of_nothing()
            else:
                yield document

    try:
        with conn.pipeline():
            return dict(_read_behind(conn, present(), scope)) | nothing
    except psycopg.errors.InternalError_ as error:
        raise TornReadError(str(error)) from error
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise LockTimeoutError(
            "the schema could not be read in time",
            detail=f"PostgreSQL says: {error.diag.message_primary}.",
            hint="Find out who holds the lock, or try again later.",
            sqlstate=error.sqlstate or "",
        ) from error


def _read_behind(
    conn: psycopg.Connection[Any], documents: Iterable[Document], scope: Scope
) -> Iterator[tuple[str, Any]]:
    """One question ahead of the answers, and no more: more would fill the socket and block."""
    before: tuple[Document, psycopg.Cursor[str | None]] | None = None
    for document in documents:
        cursor = _ask(conn, document, scope)
        if before:
            yield before[0].name, _read(before[1], before[0])
        before = document, cursor
    if before:
        yield before[0].name, _read(before[1], before[0])


def _ask(
    conn: psycopg.Connection[Any], document: Document, scope: Scope
) -> psycopg.Cursor[str | None]:
    cursor: psycopg.Cursor[str | None] = conn.cursor(row_factory=scalar_row)
    return cursor.execute(query(__package__, document.name), scope, prepare=False)


def _read(cursor: psycopg.Cursor[str | None], document: Document) -> Any:
    text = cursor.fetchone()
    cursor.close()
    try:
        return decode(text or "", document.kind)
    except msgspec.ValidationError as error:
        raise TornReadError(f"{document.name}: {error}") from error


def oid_array(oids: Iterable[int]) -> str:
    """As the text of an oid[], which is cheaper to send than ten thousand parameters."""
    return "{" + ",".join(map(str, oids)) + "}"
