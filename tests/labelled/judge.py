"""Judges a labelled migration: the plan that would be shown, on facts measured and declared."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import psycopg
import yaml
from msgspec import Struct

from migrate_core.api.plans import Measuring
from migrate_core.declared.statements import File, Statement, split
from migrate_core.diff.diff import diff
from migrate_core.diff.expand import expanded
from migrate_core.errors import MigrateError
from migrate_core.files.migration import loads
from migrate_core.introspection.graph import read_graph
from migrate_core.operations.base import Operation
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.version import major
from migrate_core.planning.plan import Plan, build
from migrate_core.planning.reach import reach
from migrate_core.planning.verified import judged
from migrate_core.risk.facts import Answer, Facts, Probe, TableSize
from migrate_core.risk.surroundings import Activity, InTheWay, Surroundings
from migrate_core.schema.delta import Answers
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import Ref
from tests.labelled.labels import Case, Set, Trial
from tests.labelled.observed import Shadow, problems

Connection = psycopg.Connection[Any]
ID = "20260101_000000_labelled"
TABLES = """
SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class AS c
 WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND NOT c.relispartition
"""


class Judged(Struct, frozen=True, kw_only=True):
    trial: Trial
    plan: Plan | None = None  # None: refused before anything was planned
    problem: str = ""

    @property
    def codes(self) -> frozenset[str]:
        steps = self.plan.steps if self.plan else ()
        return frozenset(code for step in steps for code in step.verdict.codes)

    @property
    def is_right(self) -> bool:
        if self.plan is None or not self.plan.steps:
            return False
        low, high = self.trial.least.score, self.trial.most.score
        return low <= self.plan.score <= high and self.codes >= set(self.trial.case.names)

    @property
    def is_missed(self) -> bool:
        """Dangerous, and nobody was told."""
        return self.trial.is_dangerous and (self.plan is None or self.plan.score < 60)

    @property
    def is_false_alarm(self) -> bool:
        return not self.trial.is_dangerous and (self.plan is None or self.plan.score > 35)

    def in_words(self) -> str:
        trial = self.trial
        wanted = f"{trial.case.label}, {trial.least.value} to {trial.most.value}"
        if self.plan is None:
            return f"{trial.name} ({wanted}): {self.problem}"
        steps = "; ".join(
            f"{step.kind} {step.verdict.level.value}: {', '.join(step.verdict.codes)}"
            for step in self.plan.steps
        )
        failed = f" | not verified: {self.problem}" if self.problem else ""
        return f"{trial.name} ({wanted}): {self.plan.level.value} | {steps}{failed}"


class Judge:
    """On one database, which is as base.sql leaves it before and after each case.

    SQL that is run as it stands is judged after it was seen on a shadow, if there is one.
    """

    def __init__(self, conn: Connection, of: Set = Set.FIRST) -> None:
        self.conn, self.base = conn, of.base
        self.shadow = Shadow(conn) if of is not Set.FIRST else None
        conn.execute(self.base)

    def judge(self, trial: Trial) -> Judged:
        if self.shadow and trial.case.sql:
            return self._seen(trial, self.shadow)
        with self.conn.transaction(force_rollback=True):
            try:
                return Judged(trial=trial, plan=self._plan(trial))
            except (MigrateError, psycopg.Error) as error:
                return Judged(trial=trial, problem=f"{type(error).__name__}: {error}")

    def _plan(self, trial: Trial) -> Plan:
        if trial.case.before:
            self.conn.execute(trial.case.before.encode())
        found = read_graph(self.conn)
        return planned(self.conn, trial, found, self._operations(trial.case, found))

    def _seen(self, trial: Trial, shadow: Shadow) -> Judged:
        case = trial.case
        with shadow.live(self.base, case.before.encode()) as live, live.session() as conn:
            found = read_graph(conn)
            try:
                plan = planned(conn, trial, found, self._operations(case, found))
            except MigrateError as error:
                return Judged(trial=trial, problem=f"{type(error).__name__}: {error}")
            used = {name: partial(_activity, said=said) for name, said in case.activity.items()}
            report = shadow.verify(live, plan, found, trial.sizes, used)
            return Judged(trial=trial, plan=judged(plan, report.verified), problem=problems(report))

    def _operations(self, case: Case, found: SchemaGraph) -> tuple[Operation, ...]:
        if case.expand:
            return expanded(found, self._wanted(case), _answers(case))[0]
        if case.change:
            return diff(found, self._wanted(case), _answers(case))
        written: list[dict[str, Any]] = list(case.operations)
        if case.sql:
            written = [
                {"op": "rawSql", "sql": text, "transaction": case.transaction}
                for text in _alone(case)
            ]
        text = yaml.safe_dump({"operations": written}, sort_keys=False)
        return loads(text, file=case.name, id=ID).operations

    def _wanted(self, case: Case) -> SchemaGraph:
        with self.conn.transaction(force_rollback=True):
            ((tables,),) = self.conn.execute(TABLES)
            self.conn.execute(f"TRUNCATE {tables}".encode())
            self.conn.execute(case.change.encode())
            return read_graph(self.conn)


class Declared:
    """What was measured, with what the case says instead."""

    def __init__(self, measure: Measuring, trial: Trial) -> None:
        self.measure, self.trial, self.case = measure, trial, trial.case

    def __call__(self, relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
        facts = self.measure(relation, probes)
        changes: dict[str, Any] = {"answers": tuple(map(self._answer, facts.answers))}
        if relation is not None and relation in self.trial.sizes:
            changes["size"] = self._size(relation)
        if relation is not None and (said := self.case.activity.get(str(relation))):
            changes["activity"] = _activity(facts.activity or Activity(), said)
        if self.case.around:
            found = facts.surroundings or Surroundings()
            around = msgspec.structs.replace(found, **_fields(self.case.around))
            changes["surroundings"] = around
            if (known := changes.get("activity", facts.activity)) is not None:
                replicas = around.replicas or 0
                changes["activity"] = msgspec.structs.replace(known, replicas=replicas)
        return msgspec.structs.replace(facts, **changes)

    def _answer(self, answer: Answer) -> Answer:
        if answer.fact not in self.case.unknown:
            return answer
        return msgspec.structs.replace(
            answer, count=None, sample=(), error="it took longer than 5000 ms"
        )

    def _size(self, relation: QualifiedName) -> TableSize | None:
        size = self.trial.sizes[relation]
        return TableSize(table=relation, rows=size.rows, bytes=size.bytes) if size else None


def planned(
    conn: Connection, trial: Trial, found: SchemaGraph, operations: tuple[Operation, ...]
) -> Plan:
    measure, on = Measuring(conn), major(conn)
    measure.look_at(reach(operations, found, major=on))
    return build(
        operations,
        found,
        migration_id=ID,
        checksum="",
        major=on,
        ask=Declared(measure, trial),
    )


def _alone(case: Case) -> list[str]:
    """Outside a transaction a step is one statement: a script is so many steps."""
    if case.transaction:
        return [case.sql]
    found = split(File(case.name, case.sql))
    return [statement.text for statement in found if isinstance(statement, Statement)]


def _activity(found: Activity, said: dict[str, Any]) -> Activity:
    given = _fields(said)
    if "holders" in said:
        given["holders"] = tuple(InTheWay(**holder) for holder in said["holders"])
    return msgspec.structs.replace(found, **given)


def _fields(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in said.items()}


def _answers(case: Case) -> Answers:
    return Answers(
        drops=case.drops,
        expand=tuple(map(_column, case.expand)),
        backfills=tuple((_column(name), text) for name, text in case.backfills.items()),
    )


def _column(text: str) -> Ref:
    schema, table, column = text.split(".")
    return column_ref(QualifiedName(schema, table), column)
