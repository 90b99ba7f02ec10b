"""An artifact's rows as a file, streamed: memory does not grow with the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from migrate_core.errors import MisuseError
from migrate_core.ledger.ledger import DEFAULT_SCHEMA
from migrate_core.pg.ddl import ddl, raw
from migrate_core.recovery.artifacts import ArtifactGoneError, Content, content_of, find

ROWS_AT_ONCE = 1000
BLOCK_BYTES = 64 * 1024


def export(
    conn: Connection[Any], id: UUID, format: str, *, schema: str = DEFAULT_SCHEMA
) -> Iterator[bytes]:
    """csv with a header line, json (one array) or jsonl (one object a line), in UTF-8.

    One transaction lasts as long as the caller reads.

    Raises:
        ArtifactGoneError: its rows are not there.
        MisuseError: no such format.
    """
    if format not in FORMATS:
        raise MisuseError(
            f"no format {format}", hint=f"Choose one of {', '.join(sorted(FORMATS))}."
        )
    artifact = find(conn, id, schema=schema)
    content = content_of(conn, artifact)
    if content is None:
        raise ArtifactGoneError(
            f"the rows of {artifact.source} are not there",
            detail=f"{artifact.physical_name} is {artifact.status} or was dropped by somebody.",
            hint="Inspect the artifact.",
        )
    return _in_blocks(FORMATS[format](conn, content))


def _in_blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """PostgreSQL sends row by row: whoever waits for each piece on a thread would wait millions
    of times."""
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) >= BLOCK_BYTES:
            yield bytes(found)
            found.clear()
    if found:
        yield bytes(found)


def _csv(conn: Connection[Any], content: Content) -> Iterator[bytes]:
    text = ddl(
        "COPY ({rows}) TO STDOUT (FORMAT csv, HEADER, ENCODING 'UTF8')", rows=raw(content.select())
    )
    with conn.transaction(), conn.cursor() as cursor, cursor.copy(text.encode()) as copy:
        for block in copy:
            yield bytes(block)


def _jsonl(conn: Connection[Any], content: Content) -> Iterator[bytes]:
    for line in _objects(conn, content):
        yield line + b"\n"


def _json(conn: Connection[Any], content: Content) -> Iterator[bytes]:
    before = b"[\n"
    for line in _objects(conn, content):
        yield before + line
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _objects(conn: Connection[Any], content: Content) -> Iterator[bytes]:
    """A cursor of the server's: it sends so many rows at a time."""
    text = ddl("SELECT to_json(r)::text FROM ({rows}) AS r", rows=raw(content.select()))
    with conn.transaction(), conn.cursor(name=f"export_{uuid4().hex}") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        for row in cursor.execute(text.encode()):
            yield str(row[0]).encode()


FORMATS: dict[str, Callable[[Connection[Any], Content], Iterator[bytes]]] = {
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
}
