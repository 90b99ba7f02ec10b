"""A backfill: keyset batches, each its own transaction with its checkpoint row.

The first sweep takes every row once, by key. Rows written behind the cursor meanwhile are
taken by later sweeps, but only if an update was seen to make its own condition false:
otherwise a second sweep would change the same rows twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import psycopg
from psycopg import Cursor
from psycopg.types.json import Jsonb

from migrate_core.ledger.journal import Entry
from migrate_core.ledger.ledger import checkpoints
from migrate_core.ledger.record import Attempt
from migrate_core.ledger.rows import Checkpoint, EventKind
from migrate_core.pg.ddl import Batch, Raw, Stage, ddl, raw
from migrate_core.pg.names import quote_ident
from migrate_core.pg.queries import query
from migrate_core.runner import parks
from migrate_core.runner.faults import faultpoint
from migrate_core.runner.retry import CANCELLED, Tries
from migrate_core.runner.stages import finish_stage
from migrate_core.runner.strain import Rest
from migrate_core.runner.waits import wait_or_raise
from migrate_core.runner.watch import Watch
from migrate_core.runner.work import Work
from migrate_core.schema.objects import Value

MOST_SWEEPS = 20
Template = Callable[..., str]


class Outcome(NamedTuple):
    """Of one batch: `last` is None when there was no row left to look at."""

    seen: int
    changed: int
    still_wanted: int  # rows that satisfy the condition even after the update
    last: list[str] | None


class Sql(Value, frozen=True, kw_only=True):
    """The two statements of a batch, with what differs between batches left open: `keys` finds
    where it ends, `change` changes what lies between that and the end of the one before."""

    keys: Template
    change: Template
    behind: Raw  # the condition of keys behind the cursor
    where: Raw

    def keys_of(self, point: Checkpoint) -> bytes:
        """The first sweep looks at every key, those after it only at wanted rows."""
        wanted = self.where if point.sweep else raw("true")
        return self.keys(behind=self._behind(point), wanted=wanted).encode()

    def change_of(self, point: Checkpoint) -> bytes:
        return self.change(behind=self._behind(point)).encode()

    def _behind(self, point: Checkpoint) -> Raw:
        """Never "cursor IS NULL OR key > cursor": a plan for both would read from the first key."""
        return raw("true") if point.cursor is None else self.behind


def run_batches(work: Work, attempt: Attempt, number: int, stage: Stage) -> None:
    """From the checkpoint on, until nothing is left to change.

    Raises:
        psycopg.Error: an expression failed on some row; what is done stays done.
    """
    batch = stage.batch
    assert batch is not None  # every batched stage has one
    if number == 1 or attempt.number > 1:  # an archive may have been edited between two tries
        with work.running():
            parks.prove(work, attempt)
    text = _sql_of(work, batch)
    point = _first_or_stored(work, attempt, number, batch)
    rest = Rest(work, attempt, number, batch)
    while not _is_over(point):
        began = time.monotonic()
        point = _run_one(work, attempt, stage, text, point)
        faultpoint("after_batch", attempt.step.number)
        rest.after(time.monotonic() - began)
    _analyze(work, batch)
    faultpoint("before_count", attempt.step.number)
    with Watch(work, attempt, number, stage):
        left = _count_left(work, batch) if point.settles else None
    with work.writing() as entry:
        _store(entry, _with(point, status="done"))
        finish_stage(entry, attempt, number, rows=point.changed, left=left)
        faultpoint("before_commit", attempt.step.number)
    faultpoint("after_commit", attempt.step.number)


def _run_one(
    work: Work, attempt: Attempt, stage: Stage, text: Sql, point: Checkpoint
) -> Checkpoint:
    """One batch, tried again where it collided, in halves where it took too long."""
    tries = Tries(work.options)
    while True:
        work.heed()
        try:
            with Watch(work, attempt, point.stage, stage):
                return _commit_one(work, attempt, stage, text, point)
        except psycopg.Error as error:
            too_long = error.sqlstate == CANCELLED and work.wish() != "cancel"
            if too_long and point.batch_rows > 1 and not work.session.is_lost:
                point = _with(point, batch_rows=max(1, point.batch_rows // 4))
            else:
                wait_or_raise(work, attempt, point.stage, stage, error, tries)


def _commit_one(
    work: Work, attempt: Attempt, stage: Stage, text: Sql, point: Checkpoint
) -> Checkpoint:
    assert work.journal is not None  # the run holds the fence
    began = time.monotonic()
    with work.journal.transaction(
        lock_timeout_ms=work.options.lock_timeout_ms,
        statement_timeout_ms=work.options.batch_timeout_ms,
    ) as entry:
        outcome = _update_rows(work, stage, text, point)
        elapsed_ms = round((time.monotonic() - began) * 1000)
        after = _advance(work, point, outcome, elapsed_ms)
        _store(entry, after)
        entry.event(
            EventKind.BATCH_DONE,
            **attempt.place,
            stage=point.stage,
            rows=outcome.changed,
            processed=after.processed,
            changed=after.changed,
            total=after.total_estimate,
            elapsed_ms=elapsed_ms,
            batch_rows=point.batch_rows,
            pace=work.pace(),
        )
        faultpoint("in_batch", attempt.step.number)
    return after


def _update_rows(work: Work, stage: Stage, text: Sql, point: Checkpoint) -> Outcome:
    observer = work.options.observer
    where = {"after": point.cursor, "rows": point.batch_rows}
    seen, last = _one(work.conn.execute(text.keys_of(point), where))
    if last is None:
        return Outcome(0, 0, 0, None)
    if observer:
        observer.before_statement(work.conn, stage.statements[0])
    changed, wanted = _one(work.conn.execute(text.change_of(point), {**where, "last": last}))
    if observer:
        observer.after_statement(work.conn, stage.statements[0])
    return Outcome(seen, changed, wanted, last)


def _one(cursor: Cursor[tuple[Any, ...]]) -> tuple[Any, ...]:
    row = cursor.fetchone()
    assert row is not None  # an aggregate always answers
    return row


def _advance(work: Work, point: Checkpoint, outcome: Outcome, elapsed_ms: int) -> Checkpoint:
    """The next checkpoint; a sweep that saw its last row starts the next one."""
    before = 0 if point.cursor is None else point.changed_in_sweep
    settles = point.settles and not outcome.still_wanted
    counted = _with(
        point,
        processed=point.processed + (outcome.seen if not point.sweep else outcome.changed),
        changed=point.changed + outcome.changed,
        changed_in_sweep=before + outcome.changed,
        settles=settles,
        cursor=outcome.last,
        batch_rows=_fitting(work, point.batch_rows, outcome, elapsed_ms),
    )
    if outcome.seen == point.batch_rows:
        return counted
    return _with(counted, cursor=None, sweep=point.sweep + 1)


def _fitting(work: Work, rows: int, outcome: Outcome, elapsed_ms: int) -> int:
    """Half or twice as many rows, so that a batch takes between the two aims."""
    options = work.options
    if elapsed_ms > options.longest_batch_ms:
        return max(1, rows // 2)
    if elapsed_ms < options.shortest_batch_ms and outcome.seen == rows:
        return min(options.most_batch_rows, rows * 2)
    return rows


def _is_over(point: Checkpoint) -> bool:
    """After a whole sweep: one that changed nothing, or one that must not be repeated."""
    if point.status == "done" or point.sweep >= MOST_SWEEPS:
        return True
    return point.sweep > 0 and point.cursor is None and _nothing_to_repeat(point)


def _nothing_to_repeat(point: Checkpoint) -> bool:
    return not point.settles or point.changed_in_sweep == 0


def _first_or_stored(work: Work, attempt: Attempt, number: int, batch: Batch) -> Checkpoint:
    stored = checkpoints(work.conn, attempt.run_id, work.ledger_schema)
    for point in stored:
        if (point.step, point.stage) == (attempt.step.number, number):
            return point
    estimate = work.conn.execute(ESTIMATE, [str(batch.table)]).fetchone()
    return Checkpoint(
        run_id=attempt.run_id,
        step=attempt.step.number,
        stage=number,
        migration_id=work.migration_id,
        cycle=work.plan.cycle,
        direction=work.plan.direction,
        cursor=None,
        sweep=0,
        settles=True,
        changed_in_sweep=0,
        processed=0,
        changed=0,
        total_estimate=estimate[0] if estimate else None,
        batch_rows=work.options.batch_rows,
        status="running",
    )


def _store(entry: Entry, point: Checkpoint) -> None:
    fields = {name: getattr(point, name) for name in point.__struct_fields__}
    cursor = None if point.cursor is None else Jsonb(point.cursor)
    entry.execute(query(__package__, "store_checkpoint"), {**fields, "cursor": cursor})


def _with(point: Checkpoint, **changes: Any) -> Checkpoint:
    fields = {name: getattr(point, name) for name in point.__struct_fields__}
    return Checkpoint(**{**fields, **changes})


def _sql_of(work: Work, batch: Batch) -> Sql:
    inner = [f"_zanith_k{at}" for at in range(1, len(batch.key) + 1)]
    keys = [quote_ident(name) for name in batch.key]
    types = _key_types(work, batch)
    key, where = _sql(", ".join(keys)), _sql(batch.where or "true")
    copies = batch.into is not None
    find = partial(
        ddl,
        query(__package__, "batch_keys"),
        source=_sql(f"ONLY {batch.table}" if copies else str(batch.table)),
        key=key,
        keys_as=_sql(", ".join(f"{k} AS {n}" for k, n in zip(keys, inner, strict=True))),
        texts=raw(", ".join(f"{name}::text" for name in inner)),
        descending=raw(", ".join(f"{name} DESC" for name in inner)),
    )
    change = partial(
        ddl,
        query(__package__, "copy_batch" if copies else "batch"),
        table=_sql(str(batch.table)),
        key=key,
        last=raw(_parameters("last", types)),
        where=where,
        assign=_sql(batch.assign),
        into=_sql(str(batch.into)),
        columns=_sql(", ".join(map(quote_ident, batch.columns))),
        in_vain=raw("false" if batch.where else "true"),
    )
    behind = raw(f"({key}) > ({_parameters('after', types)})")
    return Sql(keys=find, change=change, behind=behind, where=where)


def _parameters(name: str, types: list[str]) -> str:
    """Of the columns of a key, whose values travel as text."""
    return ", ".join(f"(%({name})s::text[])[{at}]::{t}" for at, t in enumerate(types, 1))


def _sql(text: str) -> Raw:
    """Text of the plan, beside our own parameters."""
    return raw(text.replace("%", "%%"))


def _key_types(work: Work, batch: Batch) -> list[str]:
    wanted = {"table": str(batch.table), "columns": list(batch.key)}
    rows = work.conn.execute(query(__package__, "key_types"), wanted).fetchall()
    return [str(row[0]).replace("%", "%%") for row in rows]


def _analyze(work: Work, batch: Batch) -> None:
    """The planner must not go on believing that the column is NULL everywhere."""
    try:
        work.conn.execute(ddl("ANALYZE {table}", table=batch.into or batch.table).encode())
    except psycopg.errors.LockNotAvailable:
        return  # autovacuum is at it already


def _count_left(work: Work, batch: Batch) -> int | None:
    """Rows that still satisfy the condition: 0, or written since by somebody who must be found.

    One read of the table, with nothing held but ACCESS SHARE; None where that takes too long.
    """
    text = ddl(
        "SELECT count(*) FROM {table} WHERE {where}",
        table=batch.table,
        where=raw(batch.where or "true"),
    )
    try:
        with work.conn.transaction():
            limit = f"{work.options.count_timeout_ms}ms"
            work.conn.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
            row = work.conn.execute(text.encode()).fetchone()
    except psycopg.errors.QueryCanceled:
        work.heed()
        return None
    return int(row[0]) if row else None


ESTIMATE = (
    "SELECT nullif(reltuples, -1)::bigint FROM pg_catalog.pg_class WHERE oid = to_regclass(%s)"
)
