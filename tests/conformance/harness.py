"""Runs one case in one direction, and says how it ended.

Two databases are loaded and the first is filled with rows; an engine says how the first
becomes the second, and each of its statements runs by itself. Then the engine has to find
no difference, pg_dump has to find none, and the rows have to be there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import psycopg

from tests.conformance import rows
from tests.conformance.cases import Case
from tests.conformance.databases import LoadError, Workbench
from tests.conformance.engines import Engine, RefusedError


class Outcome(StrEnum):
    IDENTICAL = "identical"
    REFUSED = "refused"  # the engine said that it does not cover a difference
    FAILED = "failed"  # PostgreSQL refused a statement
    DRIFT = "drift"  # the engine finds a difference afterwards
    SILENT = "silent"  # the engine finds none, and pg_dump does
    ROWS = "rows"  # identical, and rows are lost or changed
    NOT_EMPTY = "not empty"  # statements came where none are needed
    CRASHED = "crashed"  # an error that is none of the expected ones
    UNLOADED = "unloaded"  # a side does not load: nothing was judged


class Direction(StrEnum):
    FORWARD = "forward"
    BACK = "back"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    case: str
    suite: str
    direction: Direction
    major: int
    outcome: Outcome
    detail: str = ""
    sqlstate: str = ""
    statement: str = ""  # the one that failed
    rows: str = ""  # why the case ran without rows, where it did
    tables_kept: int = 0  # whose rows were compared
    diff_ms: float = 0  # the first time that the case's databases are read; else less
    statements: tuple[str, ...] = field(default=(), repr=False)


class Side:
    """A database that is loaded, and what pg_dump said of it before anything was applied."""

    def __init__(self, bench: Workbench, ddl: str) -> None:
        self.bench, self.ddl = bench, ddl
        self.name = bench.load(ddl)

    @cached_property
    def dump(self) -> tuple[str, ...]:
        return self.bench.dump(self.name)


class Harness:
    """Of one engine on one server."""

    def __init__(self, engine: Engine, bench: Workbench, *, with_rows: bool = True) -> None:
        self.engine, self.bench, self.with_rows = engine, bench, with_rows

    def run(self, case: Case, directions: Sequence[Direction] = tuple(Direction)) -> list[Result]:
        """Both ways; the databases of the case are gone afterwards."""
        self.engine.begin()
        try:
            self.bench.make_roles(case.roles)
            before, after = Side(self.bench, case.before), Side(self.bench, case.after)
            sides = {Direction.FORWARD: (before, after), Direction.BACK: (after, before)}
            return [self._judged(case, way, *sides[way]) for way in directions]
        except LoadError as error:
            return [self._ended(case, way, Outcome.UNLOADED, str(error)) for way in directions]
        finally:
            self.bench.clear()

    def _judged(self, case: Case, way: Direction, before: Side, after: Side) -> Result:
        """Once more without rows where a statement failed: they may be what it failed of."""
        started = time.perf_counter()
        try:
            statements = tuple(self._statements(before.name, after))
        except RefusedError as error:
            return self._ended(case, way, Outcome.REFUSED, str(error))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
            return self._ended(case, way, Outcome.CRASHED, repr(error))
        done = replace(
            self._ended(case, way, Outcome.IDENTICAL),
            statements=statements,
            diff_ms=round(1000 * (time.perf_counter() - started), 1),
        )
        if not statements:
            lines = difference(before.dump, after.dump)
            return replace(done, outcome=Outcome.SILENT, detail=lines) if lines else done
        found = self._tried(done, before, after, with_rows=self.with_rows)
        if self.with_rows and found.outcome is Outcome.FAILED:
            said = f"{found.sqlstate} {found.detail}"
            found = self._tried(done, before, after, with_rows=False)
            if found.outcome is not Outcome.FAILED:
                found = replace(found, rows=said)
        if found.outcome is Outcome.IDENTICAL and case.expect_empty:
            return replace(found, outcome=Outcome.NOT_EMPTY, detail=statements[0])
        return found

    def _tried(self, done: Result, before: Side, after: Side, *, with_rows: bool) -> Result:
        copy = self.bench.load(before.ddl)
        with self.bench.session(copy) as conn, self.bench.session(after.name) as wanted:
            tables = rows.kept(conn, wanted) if with_rows and rows.seed(conn) else {}
            sums = rows.checksums(conn, tables)
            if (
                failed := self._script(copy, done)
                if self.engine.as_script
                else _applied(conn, done)
            ):
                return failed
            lost = [name for name, sum in rows.checksums(conn, tables).items() if sum != sums[name]]
        done = self._compared(replace(done, tables_kept=len(tables)), copy, after)
        if done.outcome is Outcome.IDENTICAL and lost:
            return replace(done, outcome=Outcome.ROWS, detail=", ".join(sorted(lost)))
        return done

    def _script(self, name: str, done: Result) -> Result | None:
        said = self.bench.psql(name, "\n".join(done.statements))
        return replace(done, outcome=Outcome.FAILED, detail=said) if said else None

    def _statements(self, name: str, after: Side) -> Sequence[str]:
        urls = self.bench.url_of(name), self.bench.url_of(after.name)
        return self.engine.statements(*urls, self.bench.major)

    def _compared(self, done: Result, copy: str, after: Side) -> Result:
        """By the engine itself, and by pg_dump."""
        lines = difference(self.bench.dump(copy), after.dump)
        try:
            again = self._statements(copy, after)
        except RefusedError as error:
            return replace(done, outcome=Outcome.DRIFT, detail=f"{error}\n{lines}")
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
            return replace(done, outcome=Outcome.CRASHED, detail=f"the second time: {error!r}")
        if again:
            return replace(done, outcome=Outcome.DRIFT, detail="\n".join([*again, lines]))
        return replace(done, outcome=Outcome.SILENT, detail=lines) if lines else done

    def _ended(self, case: Case, way: Direction, outcome: Outcome, detail: str = "") -> Result:
        return Result(
            case=case.name,
            suite=case.suite,
            direction=way,
            major=self.bench.major,
            outcome=outcome,
            detail=detail,
        )


def difference(found: Sequence[str], wanted: Sequence[str]) -> str:
    """The lines that only one of two dumps has, as `diff` marks them."""
    only, missing = Counter(found), Counter(wanted)
    lines = [f"- {line}" for line in (only - missing).elements()]
    lines += [f"+ {line}" for line in (missing - only).elements()]
    return "\n".join(lines)


def _applied(conn: psycopg.Connection, done: Result) -> Result | None:
    """Each by itself, as psql runs them; None where all succeed."""
    for statement in done.statements:
        try:
            conn.execute(statement.encode())
        except psycopg.Error as error:
            return replace(
                done,
                outcome=Outcome.FAILED,
                detail=str(error).strip(),
                sqlstate=error.sqlstate or "",
                statement=statement,
            )
    return None
