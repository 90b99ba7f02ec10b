"""A plan run in an ephemeral schema: the same statements, stage by stage, without the runner.

The runner's ledger, its advisory lock and its own checks belong to a database, and this one is
somebody else's. So what is rehearsed here is what the statements do and lock, and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg.pq import TransactionStatus

from migrate_core.declared import outside
from migrate_core.declared.ephemeral import Room
from migrate_core.declared.scratch import Scratch
from migrate_core.declared.spelling import Spelling
from migrate_core.declared.statements import File, split
from migrate_core.declared.statements import Statement as Written
from migrate_core.declared.watchdog import Watchdog
from migrate_core.errors import ShadowError, StepFailedError
from migrate_core.pg.ddl import Batch, Stage, StageMode, Statement, ddl, raw
from migrate_core.pg.names import HIDDEN
from migrate_core.planning.plan import Plan, Step
from migrate_core.runner.options import Observer

NOT_HELD = (
    "run statement by statement in an ephemeral schema: the ledger, the advisory lock and the"
    " runner's own checks were not part of it"
)
NO_ROWS = "an ephemeral schema lies beside the rows of others, so none are copied into it"
LOCK_TIMEOUT = "10s"
_HINT = "Give the shadow a login that may create databases."


def mapped(plan: Plan, room: Room) -> Plan:
    """The plan in the spelling of an ephemeral schema.

    Raises:
        ShadowError: a step reaches beyond the one schema; named.
    """
    return msgspec.structs.replace(plan, steps=tuple(_step(step, room) for step in plan.steps))


def run(plan: Plan, scratch: Scratch, dog: Watchdog, observer: Observer | None) -> None:
    """Every stage of a mapped plan; raises as the runner does where PostgreSQL refuses."""
    with scratch.session() as conn:
        conn.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'".encode())
        for step in plan.steps:
            for stage in step.stages:
                if dog.expired:
                    raise ShadowError("the rehearsal took too long")
                try:
                    _stage(conn, stage, observer)
                except psycopg.Error as error:
                    raise _refused(step, scratch, error) from error


def _stage(conn: psycopg.Connection[Any], stage: Stage, observer: Observer | None) -> None:
    if stage.mode is StageMode.TRANSACTION:
        with conn.transaction():
            _statements(conn, stage.statements, observer)
    elif stage.batch is not None and stage.batch.into is None:
        conn.execute(_update(stage.batch).encode())
    elif stage.observe is None or _observed(conn, stage.observe) != stage.wants:
        _statements(conn, stage.statements, observer)


def _statements(
    conn: psycopg.Connection[Any], statements: Sequence[Statement], observer: Observer | None
) -> None:
    for statement in statements:
        if observer:
            observer.before_statement(conn, statement)
        inside = conn.info.transaction_status is not TransactionStatus.IDLE
        conn.execute(statement.sql.encode(), binary=not inside)
        if observer:
            observer.after_statement(conn, statement)


def _observed(conn: psycopg.Connection[Any], question: str) -> str:
    row = conn.execute(question.encode(), binary=True).fetchone()
    return str(row[0]) if row else "absent"


def _update(batch: Batch) -> str:
    template: LiteralString = "UPDATE {table} SET {assign} WHERE {where}"
    return ddl(template, table=batch.table, assign=raw(batch.assign), where=raw(batch.where))


def _step(step: Step, room: Room) -> Step:
    _refuse_outside(step, room)
    stages = tuple(_respelt(stage, room.spelling) for stage in step.stages)
    return msgspec.structs.replace(step, stages=stages)


def _refuse_outside(step: Step, room: Room) -> None:
    text = "".join(f"{s.sql};\n" for stage in step.stages for s in stage.statements)
    written = [s for s in split(File("plan", text)) if isinstance(s, Written)]
    found = outside.first_outside(written, room.spelling.real)
    why = found[1] if found else ""
    if not why and f"{HIDDEN}archive" in text:
        why = "it keeps what it drops in another schema"
    if why:
        raise ShadowError(
            f"step {step.number} ({step.kind} {step.label}) reaches beyond one schema",
            detail=f"{why}.",
            hint=_HINT,
        )


def _respelt(stage: Stage, spelling: Spelling) -> Stage:
    batch = stage.batch
    if batch is not None:
        batch = msgspec.structs.replace(
            batch,
            table=spelling.name_there(batch.table),
            assign=spelling.there(batch.assign),
            where=spelling.there(batch.where),
            into=spelling.name_there(batch.into) if batch.into else None,
        )
    return msgspec.structs.replace(
        stage,
        statements=tuple(_statement(s, spelling) for s in stage.statements),
        repair=tuple(_statement(s, spelling) for s in stage.repair),
        observe=_question(stage.observe, spelling) if stage.observe else None,
        batch=batch,
    )


def _statement(statement: Statement, spelling: Spelling) -> Statement:
    return msgspec.structs.replace(
        statement,
        sql=spelling.there(statement.sql),
        on=spelling.name_there(statement.on) if statement.on else None,
        also=tuple((spelling.name_there(name), mode) for name, mode in statement.also),
    )


def _question(observe: str, spelling: Spelling) -> str:
    """Our own question to the catalog, in which the schema may be a constant by itself."""
    return spelling.there(observe).replace(f"'{spelling.real}'", f"'{spelling.scratch}'")


def _refused(step: Step, scratch: Scratch, error: psycopg.Error) -> StepFailedError:
    said = [error.diag.message_primary or str(error).strip(), error.diag.message_detail or ""]
    return StepFailedError(
        f"step {step.number} ({step.kind} {step.label}) failed",
        detail=scratch.back(" ".join(filter(None, said))),
        sqlstate=error.sqlstate or "",
    )
