"""Rows that raw SQL gave a number to which the column's own sequence has yet to come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import psycopg
from msgspec import Struct

from migrate_core.pg.ddl import ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.queries import query
from migrate_core.risk.facts import Answer, Probe
from migrate_core.risk.reasons import LOSES_SEQUENCE_POSITION, Reason
from migrate_core.verify.positions import Positions


class Numbered(Struct, frozen=True):
    """A unique column, and the last of its numbers in the order in which they are given."""

    sequence: QualifiedName
    table: QualifiedName
    column: str
    step: int
    last: int


def read_numbered(conn: psycopg.Connection[Any], tables: Collection[int]) -> tuple[Numbered, ...]:
    """Of these tables, by their numbers; one without rows has no last number."""
    if not tables:
        return ()
    rows = conn.execute(query(__package__, "numbered"), {"tables": list(tables)}, prepare=False)
    found: list[Numbered] = []
    for schema, name, in_schema, table, column, step in rows.fetchall():
        of = QualifiedName(in_schema, table)
        last = raw("max" if step > 0 else "min")
        text = ddl("SELECT {last}({column}) FROM {table}", last=last, column=column, table=of)
        for (value,) in conn.execute(text.encode(), prepare=False).fetchall():
            if value is not None:
                found.append(Numbered(QualifiedName(schema, name), of, column, step, value))
    return tuple(found)


def ahead(
    numbered: Collection[Numbered], positions: Positions, ask: Callable[[Probe], Answer]
) -> Iterator[Reason]:
    """`positions` are those after it, and may lie behind the target's: that is asked too."""
    for one in numbered:
        stands = positions.get(str(one.sequence))
        if stands is None or (one.last - stands.next) * one.step < 0:
            continue
        answer = ask(_comes_to(one))
        if answer.count or answer.is_unknown:
            yield LOSES_SEQUENCE_POSITION.because(
                f"{one.column} of {one.table} holds {one.last}, and {one.sequence} has yet to give"
                " it: the INSERT that gets it then fails"
            )


def _comes_to(one: Numbered) -> Probe:
    """Whether the target's sequence does, where it would come to no number of today's rows."""
    up = one.step > 0
    text = (
        "SELECT count(*) FROM (SELECT last_value + CASE WHEN is_called THEN {step} ELSE 0 END"
        " AS next FROM {sequence}) AS s WHERE {last} {beyond} s.next AND NOT EXISTS"
        " (SELECT FROM {table} AS t WHERE t.{column} {beyond} s.next)"
    )
    return Probe(
        fact="comes_to",
        question=f"{one.sequence} comes to {one.last}",
        query=ddl(
            text,
            step=raw(str(one.step)),
            sequence=one.sequence,
            last=raw(str(one.last)),
            beyond=raw(">=" if up else "<="),
            table=one.table,
            column=one.column,
        ),
        blocks=False,
    )
