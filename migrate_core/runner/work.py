"""What every part of a run needs at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from migrate_core.ledger import wishes
from migrate_core.ledger.journal import Delivery, Entry, Journal
from migrate_core.ledger.wishes import FULL_PACE, Asked, Wish
from migrate_core.pg.ddl import Statement
from migrate_core.planning.plan import Plan
from migrate_core.runner.options import Control, RunOptions
from migrate_core.runner.session import Session


class StoppedError(Exception):
    """A person asked for it."""


class CancelledError(StoppedError):
    """What was under way was rolled back."""


class PausedError(StoppedError):
    """Between two batches, stages or tries: nothing was under way."""


@dataclass
class Work:
    """One call of apply(): it lasts over lost connections."""

    plan: Plan
    session: Session
    options: RunOptions
    delivery: Delivery
    actor: str
    run_id: UUID  # of the run that is resumed, once that is known
    schemas: tuple[str, ...] | None = None
    control: Control | None = None
    journal: Journal | None = None
    losses: int = 0

    @property
    def conn(self) -> Connection[Any]:
        return self.session.conn

    @property
    def ledger_schema(self) -> str:
        return self.options.ledger_schema

    @property
    def migration_id(self) -> str | None:
        return None if self.plan.direction == "restore" else self.plan.migration_id

    def wish(self, conn: Connection[Any] | None = None) -> Wish | None:
        """Asked of the caller's control, then of the ledger; on `conn` from another thread."""
        return (self.control.wanted() if self.control else None) or self.asked(conn).wanted

    def pace(self) -> int:
        """The slower of the two."""
        own = self.control.pace() if self.control else FULL_PACE
        return max(1, min(own, self.asked().pace))

    def asked(self, conn: Connection[Any] | None = None) -> Asked:
        if conn is None and self.session.is_lost:
            return Asked()
        return wishes.asked(conn or self.conn, self.run_id, self.ledger_schema)

    def heed(self) -> None:
        """Where nothing is under way. Raises CancelledError or PausedError."""
        wish = self.wish()
        if wish == "cancel":
            raise CancelledError
        if wish == "pause":
            raise PausedError

    def take_over(self) -> None:
        """A journal on the present session, behind a new fence token."""
        self.journal = self.journal_on(self.conn)
        self.journal.take_over()

    def journal_on(self, conn: Connection[Any]) -> Journal:
        """The same run's journal on another session: the watch writes so."""
        return Journal(
            conn,
            actor=self.actor,
            run_id=self.run_id,
            migration_id=self.migration_id,
            schema=self.ledger_schema,
            mac_key=self.options.mac_key,
            delivery=self.delivery,
            token=self.journal.token if self.journal else None,
        )

    @contextmanager
    def writing(self) -> Iterator[Entry]:
        """A transaction that writes the ledger and nothing else."""
        assert self.journal is not None  # take_over() comes first
        with self.journal.transaction() as entry:
            yield entry

    @contextmanager
    def running(self, *, is_long: bool = True) -> Iterator[Entry]:
        """A transaction in which statements of the plan run."""
        assert self.journal is not None  # take_over() comes first
        limit = 0 if is_long else self.options.statement_timeout_ms
        with self.journal.transaction(
            lock_timeout_ms=self.options.lock_timeout_ms, statement_timeout_ms=limit
        ) as entry:
            yield entry

    def execute(self, statement: Statement, *, is_script: bool = False) -> int:
        """One statement of the plan; gives the number of rows it wrote or found.

        `binary` means the extended protocol, by which the server itself refuses a text that
        holds more than one statement. Only raw SQL, approved as it stands, may hold several.
        """
        observer = self.options.observer
        if observer:
            observer.before_statement(self.conn, statement)
        rows = self.conn.execute(statement.sql.encode(), binary=not is_script).rowcount
        if observer:
            observer.after_statement(self.conn, statement)
        return rows
