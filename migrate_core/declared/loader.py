"""Running declared statements in a scratch database, whatever the order of their files.

A statement that fails because something it names is not there yet is tried again after
the rest, as long as that helps. Only statements that make or add are: a DROP that found
nothing must not take away what a later statement made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg
from msgspec import Struct

from migrate_core.declared import skipping
from migrate_core.declared.execution import execute
from migrate_core.declared.scratch import Scratch, ShadowServer
from migrate_core.declared.statements import File, Statement
from migrate_core.declared.watchdog import watchdog
from migrate_core.errors import ConnectionFailedError, DeclaredError, ShadowError
from migrate_core.pg.connect import configure

WALL_CLOCK_SECONDS = 120
STATEMENT_SECONDS = 60
# undefined table, object, function, schema, column; no unique key for a foreign key yet
MISSING = frozenset({"42P01", "42704", "42883", "3F000", "42703", "42830"})
START_OF_FILE = {
    "search_path": "public",
    "check_function_bodies": "off",
    "client_min_messages": "error",
    "standard_conforming_strings": "on",
    "TimeZone": "UTC",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "0",
}
_TAKES_AWAY = frozenset({"drop", "rename", "truncate", "delete", "update", "reassign", "detach"})
_WORD = re.compile(r"[a-z_]+")
_HINTS = {
    "42501": "Declared SQL runs as a fresh login that owns one scratch database and nothing else:"
    " roles, databases, settings and files of the server are not part of a schema.",
    "25001": "The statement cannot run between BEGIN and COMMIT: move it out.",
    "57014": f"A statement may take {STATEMENT_SECONDS} seconds: declare the schema without rows.",
}


class _Waiting(Struct, frozen=True):
    """A statement to be tried again, under the settings it was first tried under."""

    statement: Statement
    search_path: str
    error: psycopg.Error


def load(
    scratch: Scratch,
    statements: Sequence[Statement],
    shadow: ShadowServer,
    *,
    seconds: float = WALL_CLOCK_SECONDS,
) -> tuple[str, ...]:
    """Run them as the fresh login; returns what was passed over, in words.

    Raises:
        DeclaredError: with file, line, column, SQLSTATE and what PostgreSQL said.
    """
    with watchdog(seconds, lambda: shadow.terminate(scratch.name)) as dog:
        try:
            with scratch.session() as conn:
                return _Loader(conn, scratch).run(statements)
        except ConnectionFailedError as error:
            raise ShadowError(
                "the shadow server does not let the scratch login in",
                detail=error.detail,
                hint="Its pg_hba.conf has to let logins that the provisioner makes connect to"
                " the databases they own, by password.",
            ) from error
        except (DeclaredError, psycopg.Error) as error:
            if dog.expired:
                raise _too_slow(seconds) from error
            if isinstance(error, psycopg.Error):
                raise _lost(error) from error
            raise


class _Loader:
    def __init__(self, conn: psycopg.Connection[Any], scratch: Scratch) -> None:
        self.conn, self.scratch = conn, scratch
        self.waiting: list[_Waiting] = []
        self.notes: list[str] = []
        self.opened: Statement | None = None  # the BEGIN of the file's own transaction
        self.waiting_before = 0  # how many waited when that transaction began

    def run(self, statements: Sequence[Statement]) -> tuple[str, ...]:
        file: File | None = None
        for statement in statements:
            if statement.file is not file:
                self._end_file()
                self._begin_file()
                file = statement.file
            self._take(statement)
        self._end_file()
        self._try_waiting()
        return tuple(self.notes)

    def _begin_file(self) -> None:
        self.conn.execute("RESET SESSION AUTHORIZATION")
        self.conn.execute("RESET ROLE")
        self.conn.execute("DISCARD TEMP")
        self.conn.execute("RESET ALL")
        path = {"search_path": self.scratch.room.path} if self.scratch.room else {}
        configure(self.conn, {**START_OF_FILE, **path})

    def _end_file(self) -> None:
        if self.opened is not None:
            raise self.opened.error(
                "the transaction that begins here is never ended",
                hint="Add COMMIT at the end of the file, or remove BEGIN.",
            )

    def _take(self, statement: Statement) -> None:
        note = skipping.why_skipped(statement, self.scratch)
        if note is None:
            self._try(statement)
        elif note:
            line, _ = statement.file.place(statement.start)
            self.notes.append(f"{statement.file.name}:{line}: {note}")

    def _try(self, statement: Statement) -> None:
        path = self._search_path()
        try:
            self._execute(statement)
        except UnicodeError as error:
            raise statement.error(
                "the file changes client_encoding to one that cannot write this statement",
                hint="Remove the change: files are read as UTF-8.",
            ) from error
        except psycopg.Error as error:
            if note := skipping.why_tolerated(statement, error.sqlstate or ""):
                line, _ = statement.file.place(statement.start)
                self.notes.append(f"{statement.file.name}:{line}: {note}")
            elif self._may_come(error) and not takes_away(statement):
                self.waiting.append(_Waiting(statement, path, error))
            else:
                raise self._explain(statement, error) from error
        self._follow_transaction(statement)

    def _may_come(self, error: psycopg.Error) -> bool:
        """Whether what is missing may be made by a later statement. In an ephemeral schema the
        name may mean something real until then, which the login may not change."""
        real = self.scratch.room is not None and error.sqlstate == "42501"
        return error.sqlstate in MISSING or real

    def _search_path(self) -> str:
        found = self.conn.execute("SELECT pg_catalog.current_setting('search_path')").fetchone()
        assert found is not None
        return str(found[0])

    def _execute(self, statement: Statement) -> None:
        """Under a savepoint inside the file's own transaction; by itself otherwise."""
        inside = self.opened is not None and not _is_transaction_control(statement)
        if not inside:
            execute(self.conn, statement.text)
            return
        self.conn.execute("SAVEPOINT _zanith_statement")
        try:
            execute(self.conn, statement.text)
        except psycopg.Error:
            if not self.conn.broken:
                self.conn.execute("ROLLBACK TO SAVEPOINT _zanith_statement")
            raise
        self.conn.execute("RELEASE SAVEPOINT _zanith_statement")

    def _follow_transaction(self, statement: Statement) -> None:
        open_now = self.conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
        if open_now and self.opened is None:
            self.opened, self.waiting_before = statement, len(self.waiting)
        elif not open_now and self.opened is not None:
            if statement.keywords[:1] in (("rollback",), ("abort",)):
                del self.waiting[self.waiting_before :]
            self.opened = None

    def _try_waiting(self) -> None:
        while self.waiting:
            before, self.waiting = self.waiting, []
            for waiting in before:
                configure(self.conn, {"search_path": waiting.search_path})
                self._try(waiting.statement)
            if len(self.waiting) == len(before):
                first = self.waiting[0]
                raise self._explain(first.statement, first.error, others=len(before) - 1)

    def _explain(
        self, statement: Statement, error: psycopg.Error, *, others: int = 0
    ) -> DeclaredError:
        said = error.diag
        position = said.statement_position
        offset = int(position) - 1 if position else 0
        line, column = statement.file.place(statement.start + offset)
        more = [f"{others} more statements wait for objects that are missing."] if others else []
        detail = " ".join(filter(None, [said.message_detail, said.context, *more]))
        return DeclaredError(
            self.scratch.back(said.message_primary or str(error).strip() or "the session was lost"),
            file=statement.file.name,
            line=line,
            column=column,
            detail=self.scratch.back(detail),
            hint=said.message_hint or _HINTS.get(error.sqlstate or "", ""),
            sqlstate=error.sqlstate or "",
        )


def takes_away(statement: Statement) -> bool:
    """Whether running it later than written could undo what came in between."""
    head = statement.keywords[0]
    if head == "alter":
        return bool(_TAKES_AWAY & set(statement.keywords))
    if head in ("do", "call"):
        return bool(_TAKES_AWAY & set(_WORD.findall(statement.text.lower())))
    return head in _TAKES_AWAY


def _is_transaction_control(statement: Statement) -> bool:
    heads = {"begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"}
    return statement.keywords[0] in heads


def _too_slow(seconds: float) -> DeclaredError:
    return DeclaredError(
        f"loading the declared schema took longer than {seconds:g} seconds",
        detail="Its session on the shadow was ended.",
        hint="Declare the schema without rows and without work done on loading.",
    )


def _lost(error: psycopg.Error) -> DeclaredError:
    return DeclaredError(
        "the session on the shadow was lost while the schema was loaded",
        detail=error.diag.message_primary or str(error).strip(),
        sqlstate=error.sqlstate or "",
    )
