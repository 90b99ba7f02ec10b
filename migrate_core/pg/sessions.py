"""What a backend does right now, who stands before it and who behind it: for people to look at.

Asked on a second connection. What the server does not show to our role is None or empty.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import dict_row

from migrate_core.pg.queries import query


class Party(Struct, frozen=True, kw_only=True):
    """A session before or behind ours; times as the server writes them."""

    side: str  # before or behind
    pid: int
    depth: int = 1  # 2 waits for a 1, and so on
    relation: str = ""  # of the lock that it has in our way, where that is known
    mode: str = ""
    application_name: str = ""
    user: str = ""
    state: str = ""
    query: str = ""
    kind: str = ""
    backend_start: str | None = None
    query_start: str | None = None
    xact_start: str | None = None
    waits_since: str | None = None
    may_signal: bool = False


class Doing(Struct, frozen=True, kw_only=True):
    """`progress`: the server's own row about it, and which view had it; None where none has."""

    pid: int
    state: str | None
    since: str | None
    relation: str = ""  # of the strongest table lock it has
    mode: str = ""
    view: str = ""  # create_index, cluster, vacuum, analyze, copy
    progress: dict[str, Any] | None = None


Chain = list[tuple[str, int, int]]  # side, pid, depth


def chain(conn: Connection[Any], pid: int) -> Chain:
    """Whom backend `pid` waits for, and who waits for it, directly or behind others."""
    return conn.execute(query(__package__, "chain"), {"pid": pid}).fetchall()


def parties(
    conn: Connection[Any], found: Chain, holding: dict[int, tuple[str, str]]
) -> tuple[Party, ...]:
    """`holding`: pid -> (relation, mode) of a lock in our way, between two tries too."""
    places = {pid: (side, depth) for side, pid, depth in found}
    places.update({pid: ("before", 1) for pid in holding if pid not in places})
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query(__package__, "sessions"), {"pids": list(places)}).fetchall()
    named = {row["pid"]: row for row in rows}
    seen = []
    for pid, (side, depth) in sorted(places.items(), key=lambda item: (*item[1], item[0])):
        relation, mode = holding.get(pid, ("", ""))
        if pid in named:
            row = named[pid]
            seen.append(Party(side=side, depth=depth, relation=relation, mode=mode, **row))
    return tuple(seen)


def doing(conn: Connection[Any], pid: int) -> Doing | None:
    """None where there is no such backend."""
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query(__package__, "held"), {"pid": pid}).fetchone()
        told = cursor.execute(query(__package__, "progress"), {"pid": pid}).fetchone()
    if row is None:
        return None
    return Doing(
        pid=pid, **row, view=told["kind"] if told else "", progress=told["row"] if told else None
    )


def signal(
    conn: Connection[Any],
    pid: int,
    *,
    backend_start: str,
    query_start: str | None,
    terminate: bool,
) -> bool:
    """Cancel the statement of a session, or end it; False where it is no longer that one.

    Raises:
        psycopg.errors.InsufficientPrivilege: our role may not.
    """
    wanted = {"pid": pid, "backend_start": backend_start, "query_start": query_start}
    row = conn.execute(query(__package__, "signal"), {**wanted, "terminate": terminate}).fetchone()
    return bool(row and row[0])
