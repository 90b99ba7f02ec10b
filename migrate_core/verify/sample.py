"""A sample of the target's rows in which every foreign key holds.

Rows are named by where they lie (ctid), which stays true for as long as the one snapshot and
ACCESS SHARE are held: nothing is written to the target, not even a temporary table. The first
rows of each table are taken, then whatever they refer to, until nothing is missing.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.types.json import Jsonb

from migrate_core.pg.queries import query
from migrate_core.verify.coming import Key

STATEMENT_MS = 15_000
SECONDS = 120
MOST_ROWS = 500_000
CHUNK = 5_000  # rows that one query is asked about

Tids = dict[str, None]  # in order, each once
Chosen = dict[int, Tids]  # of each relation that stores rows


class Relation(Struct, frozen=True):
    """What stores rows: a table, or a leaf partition of `root`."""

    oid: int
    name: str  # quoted, as `root`
    root: str
    columns: tuple[str, ...]  # of `root`, generated ones apart
    readable: bool
    elsewhere: bool  # a foreign table


class Reference(Struct, frozen=True):
    leaves: tuple[int, ...]
    referred: str
    condition: str
    referring_root: str
    referred_root: str
    is_coming: bool  # a key that the plan adds: what it points at is had where it can be


class TooLargeError(Exception):
    """The sample grew, or took, more than anybody asked for; says which."""


class UnreadableError(Exception):
    """One table's rows cannot be had; the rest is chosen again without it."""

    def __init__(self, root: str, why: str) -> None:
        super().__init__(why)
        self.root, self.why = root, why


class Sampling(Struct):
    """What a sample is chosen from, and who cannot be part of it and why."""

    relations: Mapping[int, Relation]
    references: tuple[Reference, ...]
    excluded: dict[str, str]

    def exclude(self, root: str, why: str) -> None:
        """With the table go those that refer to it: their rows would be orphans."""
        self.excluded.setdefault(root, why)
        for reference in self.references:
            if reference.referred_root == root and reference.referring_root not in self.excluded:
                self.exclude(reference.referring_root, f"refers to {root}")

    def roots(self) -> dict[str, list[Relation]]:
        found = defaultdict(list)
        for relation in self.relations.values():
            if relation.root not in self.excluded:
                found[relation.root].append(relation)
        return dict(found)


@contextmanager
def snapshot(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """One read-only moment of the target; always rolled back."""
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", prepare=False)
        conn.execute(query(__package__, "sample_settings"), prepare=False)
        limit = f"SET LOCAL statement_timeout = {STATEMENT_MS}"
        conn.execute(limit.encode(), prepare=False)
        yield
        raise psycopg.Rollback


def relations(conn: psycopg.Connection[Any]) -> tuple[Relation, ...]:
    rows = conn.execute(query(__package__, "sample_relations"), prepare=False).fetchall()
    return tuple(
        Relation(oid, name, root, tuple(columns), readable, elsewhere)
        for oid, name, root, columns, readable, elsewhere in rows
    )


def references(conn: psycopg.Connection[Any], coming: Iterable[Key] = ()) -> tuple[Reference, ...]:
    """Foreign keys that are there, and those that are coming."""
    given = [
        {
            "tab": str(key.table),
            "columns": key.columns,
            "other": str(key.other),
            "other_columns": key.other_columns,
        }
        for key in coming
    ]
    text = query(__package__, "sample_references")
    rows = conn.execute(text, {"coming": Jsonb(given)}, prepare=False).fetchall()
    return tuple(Reference(tuple(leaves), *rest) for leaves, *rest in rows)


def choose(conn: psycopg.Connection[Any], sampling: Sampling, most: int) -> tuple[Chosen, Chosen]:
    """The first `most` rows a table, and beside them the whole sample.

    Raises:
        TooLargeError: foreign keys lead to more rows than a sample is.
    """
    clock = time.monotonic() + SECONDS
    while True:
        try:
            first = _first_rows(conn, sampling, most)
            return first, _with_referred(conn, sampling, first, clock)
        except UnreadableError as error:
            sampling.exclude(error.root, error.why)


def why(error: psycopg.Error) -> str:
    """By its SQLSTATE and names: what PostgreSQL says may quote a row."""
    kind = type(error).__name__
    named = [f"constraint {error.diag.constraint_name}" if error.diag.constraint_name else ""]
    return " ".join(filter(None, [f"{kind} (SQLSTATE {error.sqlstate})", *named]))


def _first_rows(conn: psycopg.Connection[Any], sampling: Sampling, most: int) -> Chosen:
    chosen: Chosen = {}
    for root, leaves in sampling.roots().items():
        left, share = most, -(-most // len(leaves))
        for leaf in leaves:
            text = f"SELECT ctid::text FROM ONLY {leaf.name} LIMIT {min(share, left)}"
            found = _ask(conn, root, text)
            chosen[leaf.oid] = {tid: None for (tid,) in found}
            left -= len(found)
    return chosen


def _with_referred(
    conn: psycopg.Connection[Any], sampling: Sampling, first: Chosen, clock: float
) -> Chosen:
    by_leaf = defaultdict(list)
    for reference in sampling.references:
        for oid in reference.leaves:
            by_leaf[oid].append(reference)
    all_of: Chosen = {oid: dict(tids) for oid, tids in first.items()}
    fresh: dict[int, list[str]] = {oid: list(tids) for oid, tids in first.items()}
    while any(fresh.values()):
        coming: dict[int, list[str]] = defaultdict(list)
        for oid, tids in fresh.items():
            for reference in by_leaf[oid] if tids else ():
                for to, tid in _referred(conn, sampling.relations[oid], reference, tids):
                    if to in all_of and tid not in all_of[to]:
                        all_of[to][tid] = None
                        coming[to].append(tid)
                _check(all_of, clock)
        fresh = coming
    return all_of


def _referred(
    conn: psycopg.Connection[Any], leaf: Relation, reference: Reference, tids: list[str]
) -> Iterator[tuple[int, str]]:
    text = (
        f"SELECT DISTINCT p.tableoid::bigint, p.ctid::text FROM {reference.referred} AS p"
        f" JOIN ONLY {leaf.name} AS c ON {reference.condition} WHERE c.ctid = ANY (%s::tid[])"
    )
    for part in chunks(tids):
        try:
            yield from _ask(conn, reference.referred_root, text, part)
        except UnreadableError:
            if not reference.is_coming:
                raise


def _ask(
    conn: psycopg.Connection[Any], root: str, text: str, tids: list[str] | None = None
) -> list[Any]:
    try:
        with conn.transaction():
            if tids is None:
                return conn.execute(text.encode(), prepare=False).fetchall()
            return conn.execute(text.encode(), [tid_array(tids)], prepare=False).fetchall()
    except psycopg.Error as error:
        if conn.broken:
            raise
        raise UnreadableError(root, why(error)) from error


def chunks(tids: Iterable[str]) -> Iterator[list[str]]:
    whole = list(tids)
    for at in range(0, len(whole), CHUNK):
        yield whole[at : at + CHUNK]


def tid_array(tids: Iterable[str]) -> str:
    return "{" + ",".join(f'"{tid}"' for tid in tids) + "}"


def _check(chosen: Chosen, clock: float) -> None:
    if sum(map(len, chosen.values())) > MOST_ROWS:
        raise TooLargeError(f"its foreign keys lead to more than {MOST_ROWS:,} rows")
    if time.monotonic() > clock:
        raise TooLargeError(f"choosing it took longer than {SECONDS} seconds")
