"""Planning the examples of the reasons' pages on a real server, and judging what came out."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import Connection, sql

from migrate_core.api.plans import Measuring
from migrate_core.files.migration import Migration
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.registry import from_builtins, kinds
from migrate_core.pg.connect import plan_session
from migrate_core.pg.ddl import StageMode, Statement
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, Step, build
from migrate_core.risk import here, pages, reasons
from migrate_core.risk.codes import REASONS, ReasonCode
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.pages.page import Nothing, Outcome, Page, Said
from tests.runs import endpoint_of

Overrides = dict[str, dict[str, Any]]
MAJOR = 18  # whose plans the pages show
BATCHED = StageMode.BATCHED
FOLDER = Path(pages.__path__[0])


class Given:
    """Measured, with the facts of the page put over it."""

    def __init__(self, conn: Connection[Any], facts: Overrides) -> None:
        self.measure = Measuring(conn)
        self.facts = facts

    def __call__(self, relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
        found = self.measure(relation, probes)
        given = {
            group: msgspec.structs.replace(part, **_fitting(values))
            for group, values in self.facts.items()
            if (part := getattr(found, group)) is not None
        }
        return msgspec.structs.replace(found, **given)


def _fitting(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}


def outcome_of(code: str, page: Page, make_db: Callable[[str], Connection[Any]]) -> Outcome:
    """What plans of both examples say, one after the other in one database."""
    make_roles(make_db, page.roles)
    db = make_db(page.before)
    try:
        with _others(db, page.meanwhile):
            bad = _plan(db, page.bad, page.facts, page.role, page.pending)
        if page.first:
            db.execute(page.first.encode())
        facts = page.facts if page.facts_of_good is None else page.facts_of_good
        good = () if isinstance(page.good, Nothing) else page.good
        better = _plan(db, good, facts, "")
    finally:
        _let_go(db)
    return Outcome(kinds=given_by(code), bad=_said(bad), good=_said(better))


def make_roles(make_db: Callable[[str], Connection[Any]], roles: tuple[str, ...]) -> None:
    """A server keeps them; whoever comes second finds them there."""
    for role in roles:
        with closing(make_db("")) as conn:
            try:
                conn.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
            except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                continue


@contextmanager
def _others(db: Connection[Any], meanwhile: str) -> Iterator[None]:
    with ExitStack() as stack:
        if meanwhile:
            info = db.info
            other = stack.enter_context(
                closing(
                    psycopg.connect(
                        host=info.host,
                        port=info.port,
                        user=info.user,
                        password=info.password,
                        dbname=info.dbname,
                        application_name="monthly_report",
                        autocommit=True,
                    )
                )
            )
            other.execute(meanwhile.encode())
        yield


def _let_go(db: Connection[Any]) -> None:
    """A database with a prepared transaction, or a slot, cannot be dropped."""
    found = db.execute(
        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"
    ).fetchall()
    for (gid,) in found:
        db.execute(sql.SQL("ROLLBACK PREPARED {}").format(gid))


def _plan(
    db: Connection[Any],
    operations: tuple[dict[str, Any], ...],
    facts: Overrides,
    role: str,
    pending: tuple[dict[str, Any], ...] = (),
) -> Plan:
    before = tuple(from_builtins(value) for value in pending)
    with closing(plan_session(endpoint_of(db), "zanith/plan")) as conn:
        if role:
            conn.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        return build(
            tuple(from_builtins(value) for value in operations),
            read_graph(conn),
            migration_id="20260101_000000_example",
            checksum="",
            major=db.info.server_version // 10_000,
            ask=Given(conn, facts),
            earlier=[Migration(id="20251231_000000_pending", operations=before)] if before else [],
        )


def _said(plan: Plan) -> tuple[Said, ...]:
    return tuple(map(_of_step, plan.steps))


def _of_step(step: Step) -> Said:
    statements = [s for stage in step.stages for s in stage.statements]
    taken = [(mode, table) for s in statements for table, mode in s.locks()]
    strongest = max(taken, key=lambda one: one[0].strength, default=None)
    return Said(
        number=step.number,
        kind=step.kind,
        label=step.label,
        level=step.verdict.level,
        score=step.verdict.score,
        lock=f"{strongest[0]} on {strongest[1]}" if strongest else "",
        work=_work(step, statements),
        codes={reason.code: reason.level for reason in reversed(step.verdict.reasons)},
    )


def _work(step: Step, statements: list[Statement]) -> str:
    """What takes long, under which lock: seldom the strongest one of the step."""
    batches = "writes rows in batches" if any(s.mode is BATCHED for s in step.stages) else ""
    for words, costly in (
        ("writes every row", [s for s in statements if s.rewrites]),
        ("reads every row", [s for s in statements if s.scans]),
    ):
        modes = [mode for s in costly for _table, mode in s.locks()]
        if modes:
            found = f"{words} under {max(modes, key=lambda mode: mode.strength)}"
            return f"{batches}; {found}" if batches and words.startswith("reads") else found
    return batches


# What is wrong with an example ------------------------------------------------------------------


# What only a rehearsal tells, and what the plan says until then; see verify/test_deeds.py.
TOLD_BEFORE = {"writes_rows": "raw_sql", "holds_lock": "raw_sql"}


def problems(code: str, page: Page, found: Outcome) -> list[str]:
    """Nothing where the bad example has the code at its level, and the good one does not."""
    return [*_of_bad(code, page, found), *_of_good(code, page, found)]


def _of_bad(code: str, page: Page, found: Outcome) -> Iterator[str]:
    code = TOLD_BEFORE.get(code, code)
    level = REASONS[code].level
    got = [one.codes[code] for one in found.bad if code in one.codes]
    if not page.bad:
        yield "there is no bad example"
    elif not got:
        yield f"the bad example does not get it, but {_listed(found.bad)}"
    elif level not in got:
        yield f"the bad example gets it as {got[0]}, not {level}"


def _of_good(code: str, page: Page, found: Outcome) -> Iterator[str]:
    if isinstance(page.good, Nothing):
        if not page.good.none.strip():
            yield "nothing says why there is no better way"
        return
    if not page.good:
        yield "there is no good example"
    for one in found.good:
        if code in one.codes and one.codes[code].score >= REASONS[code].level.score:
            yield f"the good example gets it as well, step {one.number} {one.kind}"
    if worst(found.good) > worst(found.bad):
        yield f"the good example scores more: {_listed(found.good)}"


def worst(found: tuple[Said, ...]) -> int:
    return max((one.score for one in found), default=0)


def _listed(found: tuple[Said, ...]) -> str:
    return "; ".join(f"{one.kind} {dict(one.codes)}" for one in found)


# Which kinds give a code ------------------------------------------------------------------------

_RECORDS = {
    name: record.code
    for name, record in {**vars(here), **vars(reasons)}.items()
    if isinstance(record, ReasonCode)
}


def codes_in(module: types.ModuleType) -> frozenset[str]:
    """Those that its text names."""
    found = re.findall(r"\.([A-Z_]+)\.because\(", inspect.getsource(module))
    return frozenset(_RECORDS[name] for name in found)


def given_by(code: str) -> tuple[str, ...]:
    """Kinds of whose reasons one names the record, or calls what names it."""
    return tuple(kind for kind in sorted(kinds()) if code in _codes_of(kind))


def _codes_of(kind: str) -> set[str]:
    model, found = kinds()[kind], set[str]()
    seen: set[object] = set()

    def look(function: Any) -> None:
        function = getattr(function, "__wrapped__", function)
        if not isinstance(function, types.FunctionType) or function in seen:
            return
        seen.add(function)
        for name in _names(function.__code__):
            if name in _RECORDS:
                found.add(_RECORDS[name])
                continue
            there = function.__globals__.get(name)
            own = vars_of(model).get(name)
            for one in (there, getattr(own, "fget", own)):
                if getattr(one, "__module__", "").startswith("migrate_core"):
                    look(one)

    for name in (
        "reasons",
        "reasons_before",
        "reasons_at_once",
        "reasons_beside",
        "reasons_in_the_end",
        "reasons_since",
    ):
        look(vars_of(model)[name])
    return found


def vars_of(model: type) -> dict[str, Any]:
    """Its attributes as they are written, the nearest first."""
    return {name: value for base in reversed(model.__mro__) for name, value in vars(base).items()}


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _names(const)
