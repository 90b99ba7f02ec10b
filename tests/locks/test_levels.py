"""The level that a verdict gives agrees with what its statement was seen to lock, scan and rewrite.

Each statement of the table is made into a plan, by the difference that it makes to the schema, on
tables said to be large. Then:

- what reads no table from end to end and writes none is not said to (no false rewrite);
- what does so while writes wait is high or worse, unless the plan's own statements do without,
  by their declared locks, which tests of each kind compare with what is observed;
- where a plan's own statements do so, it is high or worse as well;
- as SQL that a person wrote, it is high or worse before it was observed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import Connection

from migrate_core.diff.diff import diff
from migrate_core.errors import MigrateError
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Operation
from migrate_core.operations.registry import make
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.plan import Plan, Step, build
from migrate_core.risk.facts import Answer, Facts, Probe, TableSize
from migrate_core.risk.levels import Level
from migrate_core.schema.delta import Answers, DropMode
from migrate_core.schema.graph import SchemaGraph
from tests.locks.conftest import TABLESPACE
from tests.locks.table import Case, Take, table

pytestmark = pytest.mark.db
PLAIN = Answers(drops=DropMode.PLAIN)
COSTLY = frozenset(
    {
        "rebuilds_table",
        "changes_column_type",
        "narrows_column_type",
        "rebuilds_dependent_indexes",
        "scans_under_blocking_lock",
    }
)
GREEN = ("now()", "current_timestamp", "statement_timestamp()", "'today'", "current_user")
# Statements of which a plan says otherwise, and why that is right.
KNOWN = {
    "ALTER TABLE q ATTACH PARTITION q3 FOR VALUES IN (3), a CHECK on each proves it": (
        "That a CHECK of the DEFAULT partition rules rows out is not worked out: told as a scan."
    ),
    "ALTER TYPE e RENAME VALUE 'x' TO 'y'": (
        "Without an answer it is a value less and a value more, for which the type is replaced."
    ),
    "ALTER TYPE e RENAME TO k": (
        "Without an answer it is a type less and a type more, and columns change theirs."
    ),
}
SAMPLE = 40  # statements, drawn by the seed; all with --full


def test_levels_agree_with_the_table(
    make_db_on: Callable[..., Connection], major: int, seed: int, full: bool
) -> None:
    db = make_db_on(major)
    wrong: dict[str, str] = {}
    planned = 0
    cases = list(table().cases)
    for case in cases if full else random.Random(seed).sample(cases, SAMPLE):
        if case.error or major < case.since or TABLESPACE in case.sql:
            continue
        made = plan_of(db, case)
        if made is None:
            continue
        graph, plan = made
        planned += 1
        if problem := disagreement(case, graph, plan, major):
            wrong[case.label()] = problem

    print(f"{planned} statements planned on {major}; otherwise: {wrong}")
    assert {name: said for name, said in wrong.items() if name not in KNOWN} == {}
    assert planned
    assert not full or [name for name in KNOWN if name not in wrong] == []


def test_sql_that_was_not_observed_is_high(major: int) -> None:
    blocking = [case for case in table().cases if not case.error and heavy(case, None, major)]

    for case in blocking:
        raw = make("rawSql", sql=case.sql, transaction=not case.alone)
        assert built(SchemaGraph(), (raw,), major).score >= Level.HIGH.score, case.sql
    assert len(blocking) >= 40


def disagreement(case: Case, graph: SchemaGraph, plan: Plan, major: int) -> str:
    codes = {code for step in plan.steps for code in step.verdict.codes}
    observed = heavy(case, graph, major)
    declared = any(map(is_heavy, plan.steps))
    said = f"{plan.level}: {', '.join(sorted(codes))}"
    if not observed and not scans(case, major) and codes & COSTLY:
        return f"a false rewrite or scan, {said}"
    if declared and plan.score < Level.HIGH.score:
        return f"reads or writes all rows while others wait, {said}"
    if "DEFAULT" in case.sql and any(word in case.sql for word in GREEN):
        return f"not green, {said}" if plan.score > Level.LOW.score else ""
    return ""


def heavy(case: Case, graph: SchemaGraph | None, major: int) -> bool:
    """Whether a table is read or written from end to end while writes to it wait."""
    taken = case.expected(major).items()
    return any(blocks(take) for name, take in taken if graph is None or is_table(graph, name))


def scans(case: Case, major: int) -> bool:
    return any(take.scans for take in case.expected(major).values())


def blocks(take: Take) -> bool:
    return bool(take.mode and take.mode.blocks_writes and (take.scans or take.rewrites))


def is_table(graph: SchemaGraph, name: str) -> bool:
    schema, _, plain = name.rpartition(".")
    return graph.table(QualifiedName(schema or "public", plain)) is not None


def is_heavy(step: Step) -> bool:
    return not step.facts.is_new and any(
        statement.lock and statement.lock.blocks_writes and (statement.scans or statement.rewrites)
        for stage in step.stages
        for statement in stage.statements
    )


def plan_of(db: Connection, case: Case) -> tuple[SchemaGraph, Plan] | None:
    """None where no kind does it, or PostgreSQL refuses it in a transaction."""
    try:
        with db.transaction(force_rollback=True):
            db.execute(table().setup(case).encode())
            if case.session:
                db.execute(case.session.encode())
            before = read_graph(db)
            db.execute(case.sql.replace(" CONCURRENTLY", "").encode())
            after = read_graph(db)
        operations = diff(before, after, PLAIN)
        plan = built(before, operations, db.info.server_version // 10_000)
    except (psycopg.errors.ActiveSqlTransaction, MigrateError):
        return None
    return (before, plan) if operations else None


def built(graph: SchemaGraph, operations: tuple[Operation, ...], major: int) -> Plan:
    return build(
        operations,
        graph,
        migration_id="20260101_000000_locks",
        checksum="",
        major=major,
        ask=large,
    )


def large(relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
    """A table of 12 GB, of whose rows none is in the way."""
    if relation is None:
        return Facts(answers=tuple(answered(probes)))
    size = TableSize(table=relation, rows=50_000_000, bytes=12_000_000_000)
    return Facts(size=size, answers=tuple(answered(probes)))


def answered(probes: tuple[Probe, ...]) -> Iterator[Answer]:
    return (Answer(fact=probe.fact, question=probe.question, count=0) for probe in probes)
