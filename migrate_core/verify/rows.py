"""Copying a sample of the target's rows into the rehearsal's database.

Foreign keys and triggers are out of the way meanwhile and put back as they were, in the same
transaction: putting the keys back is also the proof that the sample keeps them. No message
here quotes PostgreSQL, whose words may hold a row's values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from migrate_core.errors import DeclaredError, MigrateError
from migrate_core.pg.names import quote_ident
from migrate_core.pg.queries import query
from migrate_core.schema.objects import Value
from migrate_core.verify import sample
from migrate_core.verify.coming import Key
from migrate_core.verify.sample import Chosen, Relation, Sampling


class SampledTable(Value, frozen=True, kw_only=True):
    table: str
    rows: int = 0
    referred: int = 0  # of these, because another row refers to them
    problem: str = ""  # why there is none


class Sample(Value, frozen=True, kw_only=True):
    """What was copied; counts and names, never values."""

    asked: int
    tables: tuple[SampledTable, ...] = ()
    notes: tuple[str, ...] = ()  # sequences that could not be read, and the like
    problem: str = ""  # why nothing was copied

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def says(self) -> str:
        if self.problem:
            return f"no rows were copied: {self.problem}"
        copied = [table for table in self.tables if not table.problem]
        left_out = len(self.tables) - len(copied)
        said = f"{self.rows} rows of {len(copied)} tables were copied"
        return said + (f", none of {left_out}" if left_out else "")


class _RefusedError(Exception):
    def __init__(self, root: str, why: str) -> None:
        super().__init__(why)
        self.root, self.why = root, why


def copy(
    target: psycopg.Connection[Any],
    scratch: psycopg.Connection[Any],
    most: int,
    keys: Sequence[Key] = (),
) -> Sample:
    """At most `most` rows a table, and every row that they refer to, or will by `keys`.

    `target` is read in one read-only snapshot under ACCESS SHARE; a table that cannot be
    read or loaded is left out with those that refer to it, and said.
    """
    with sample.snapshot(target):
        there = {one.root: one for one in sample.relations(scratch)}
        sampling = _sampling(target, there, keys)
        while True:
            try:
                first, chosen = sample.choose(target, sampling, most)
                notes = _load(target, scratch, sampling, chosen, there)
                break
            except sample.TooLargeError as error:
                return Sample(asked=most, problem=str(error))
            except _RefusedError as error:
                if not error.root:
                    return Sample(asked=most, problem=error.why)
                sampling.exclude(error.root, error.why)
    return Sample(asked=most, tables=_counted(sampling, first, chosen), notes=notes)


def _sampling(
    target: psycopg.Connection[Any], there: dict[str, Relation], keys: Sequence[Key]
) -> Sampling:
    found = sample.relations(target)
    sampling = Sampling({one.oid: one for one in found}, sample.references(target, keys), {})
    for one in found:
        if one.elsewhere:
            sampling.exclude(one.root, "holds rows of a foreign server")
        elif not one.readable:
            sampling.exclude(one.root, "may not be read: no SELECT privilege")
        elif one.root not in there:
            sampling.exclude(one.root, "is no part of the rehearsal")
    known = {one.root for one in found}
    for reference in sampling.references:
        if reference.referred_root not in known:
            sampling.exclude(reference.referring_root, f"refers to {reference.referred_root}")
    return sampling


def _load(
    target: psycopg.Connection[Any],
    scratch: psycopg.Connection[Any],
    sampling: Sampling,
    chosen: Chosen,
    there: dict[str, Relation],
) -> tuple[str, ...]:
    """The rows, and the sequences behind them; what is to be said of these is returned."""
    root = ""
    try:
        with scratch.transaction():
            scratch.execute(query(__package__, "sample_settings"))
            obstacles = scratch.execute(query(__package__, "sample_obstacles")).fetchall()
            _run(scratch, [before for before, _ in reversed(obstacles) if before])
            for oid, tids in chosen.items():
                leaf = sampling.relations[oid]
                root = leaf.root
                for part in sample.chunks(tids):
                    _copy_part(target, scratch, leaf, there[root].columns, part)
            root = ""
            notes = _set_sequences(target, scratch)
            _run(scratch, [after for _, after in obstacles])
    except psycopg.Error as error:
        raise _RefusedError(root, f"could not be loaded: {sample.why(error)}") from error
    return notes


def _run(conn: psycopg.Connection[Any], statements: Sequence[str]) -> None:
    for statement in statements:
        conn.execute(statement.encode())


def _copy_part(
    target: psycopg.Connection[Any],
    scratch: psycopg.Connection[Any],
    leaf: Relation,
    known: Sequence[str],
    tids: list[str],
) -> None:
    """Through the table's root, so that a partition is chosen as it is for any row."""
    names = ", ".join(quote_ident(name) for name in leaf.columns if name in known)
    rows = (
        f"COPY (SELECT {names} FROM ONLY {leaf.name} WHERE ctid = ANY"
        f" ('{sample.tid_array(tids)}'::tid[])) TO STDOUT"
    )
    into = f"COPY {leaf.root} ({names}) FROM STDIN" if names else f"COPY {leaf.root} FROM STDIN"
    with (
        target.transaction(),
        target.cursor().copy(rows.encode()) as source,
        scratch.cursor().copy(into.encode()) as sink,
    ):
        for data in source:
            sink.write(data)


def _set_sequences(
    target: psycopg.Connection[Any], scratch: psycopg.Connection[Any]
) -> tuple[str, ...]:
    """Where the target's are, and past the values that were copied."""
    here = {name: past for name, _, past in _sequences(scratch)}
    notes = []
    for name, readable, _ in _sequences(target):
        if name not in here:
            continue
        if not readable:
            notes.append(f"sequence {name} may not be read: it stands where its values end")
            continue
        found = target.execute(f"SELECT last_value, is_called FROM {name}".encode()).fetchone()
        scratch.execute("SELECT pg_catalog.setval(%s::regclass, %s, %s)", [name, *(found or ())])
    for past in filter(None, here.values()):
        scratch.execute(past.encode())
    return tuple(notes)


def _sequences(conn: psycopg.Connection[Any]) -> list[tuple[str, bool, str | None]]:
    return conn.execute(query(__package__, "sample_sequences"), prepare=False).fetchall()


def _counted(sampling: Sampling, first: Chosen, chosen: Chosen) -> tuple[SampledTable, ...]:
    rows: dict[str, int] = {}
    asked: dict[str, int] = {}
    for oid, tids in chosen.items():
        root = sampling.relations[oid].root
        rows[root] = rows.get(root, 0) + len(tids)
        asked[root] = asked.get(root, 0) + len(first[oid])
    copied = [
        SampledTable(table=root, rows=count, referred=count - asked[root])
        for root, count in rows.items()
    ]
    left_out = [SampledTable(table=t, problem=why) for t, why in sampling.excluded.items()]
    return tuple(sorted((*copied, *left_out), key=lambda one: one.table))


def without_values(error: MigrateError | psycopg.Error) -> str:
    """What may be shown of an error that was met among copied rows."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(error, MigrateError) and not error.sqlstate and cause is None:
        return error.message
    ours = isinstance(error, MigrateError) and not isinstance(error, DeclaredError)
    words = [str(error.message)] if ours and isinstance(error, MigrateError) else []
    if isinstance(cause, psycopg.Error):
        names = {
            "table": cause.diag.table_name,
            "column": cause.diag.column_name,
            "constraint": cause.diag.constraint_name,
        }
        words.append(", ".join(f"{what} {name}" for what, name in names.items() if name))
    state = error.sqlstate or ""
    words.append(f"SQLSTATE {state}: what PostgreSQL said is not shown, it may quote a copied row")
    return "\n".join(filter(None, words))
