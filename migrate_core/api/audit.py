"""The questions that a target's own record answers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from migrate_core.errors import MisuseError
from migrate_core.ledger import audit, heads, verify
from migrate_core.ledger.audit import QUESTIONS, Question
from migrate_core.ledger.heads import Head
from migrate_core.ledger.verify import RecordCheck
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.schema.graph import SchemaGraph
from migrate_core.snapshots import store
from migrate_core.snapshots.store import Snapshot


def question(name: str) -> Question:
    return next(one for one in QUESTIONS if one.name == name)


def answers(
    endpoint: Endpoint, asked: Sequence[Question] = QUESTIONS, *, since: datetime | None = None
) -> dict[str, tuple[Any, ...]]:
    """By the question's name, values of its kind; none where nothing ran yet."""
    with closing(plan_session(endpoint, "zanith/audit")) as conn:
        return {one.name: audit.answer(conn, one, since=since) for one in asked}


def sql_of(asked: Question, *, since: datetime | None = None) -> str:
    """The same query, to be read and run by hand."""
    return audit.sql_of(asked, since=since)


def check_record(endpoint: Endpoint, key: bytes | None, *, head: str = "") -> RecordCheck:
    """Whether the chain of events holds from its first one on, the rows are as it says, and
    `head` is one of its macs."""
    with closing(plan_session(endpoint, "zanith/audit")) as conn:
        # Reading a long record takes longer than a plan may.
        conn.execute("SET statement_timeout = 0")
        return verify.check_record(conn, key, head=head)


def follow_record(endpoint: Endpoint, key: bytes | None, known: Head) -> RecordCheck:
    """The same from a head that was verified before: only what came after it is read."""
    with closing(plan_session(endpoint, "zanith/audit")) as conn:
        return verify.follow(conn, key, known)


def head_text(endpoint: Endpoint, head: Head, key: bytes | None, *, at: datetime) -> str:
    """A head to keep elsewhere, signed where there is a key."""
    return heads.write(head, target=str(endpoint), at=at, key=key)


def read_head(text: str, key: bytes | None) -> Head:
    """Raises MisuseError or TamperedError."""
    return heads.read(text, key)


def schema_at(endpoint: Endpoint, at: datetime) -> tuple[Snapshot, SchemaGraph]:
    """The last snapshot that was taken until then.

    Raises:
        MisuseError: there is none; says when the first was taken.
        TamperedError: what is stored there is another schema.
    """
    with closing(plan_session(endpoint, "zanith/audit")) as conn:
        taken = store.stored(conn)
        found = next((one for one in reversed(taken) if one.taken_at <= at), None)
        graph = store.load(conn, found.fingerprint) if found else None
    if found is None or graph is None:
        first = f"The first one is of {taken[0].taken_at:%Y-%m-%d %H:%M} UTC." if taken else ""
        raise MisuseError(
            f"no schema is on the record until {at:%Y-%m-%d %H:%M} UTC",
            detail=first or "Nothing ran yet.",
            hint="Each run keeps the schema before and after it; so does zanith migrate adopt.",
        )
    return found, graph
