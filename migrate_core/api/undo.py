"""Undoing migrations: what would come back, what would be lost and what cannot be undone are
known for all of them before anything runs."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any

import msgspec
from psycopg import Connection

from migrate_core import snapshots
from migrate_core.api.plans import Measuring, measure_ahead
from migrate_core.api.schemas import Schemas
from migrate_core.errors import ConflictError, MigrateError, MisuseError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.ledger.rows import ArtifactRow, RunRow, StepRow, in_words
from migrate_core.operations.base import Effect, Operation
from migrate_core.operations.creation import giving_back
from migrate_core.operations.park import Release
from migrate_core.operations.registry import from_builtins, make
from migrate_core.pg import codec
from migrate_core.pg.connect import Endpoint, Session, connect, plan_session
from migrate_core.pg.version import major
from migrate_core.planning.plan import Plan, build
from migrate_core.planning.reach import reach
from migrate_core.recovery.artifacts import content_of, is_column, is_intact
from migrate_core.recovery.matching import rows_without_value
from migrate_core.schema.access import OWNER, PUBLIC
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value
from migrate_core.states import StepState


class Return(Value, frozen=True, kw_only=True):
    """What was parked and comes back."""

    source: str
    kind: str  # in words: "soft drop of a column"
    rows: int | None = None
    nullable: bool = False  # it was NOT NULL, and rows written since hold no value


class Undo(Value, frozen=True, kw_only=True):
    """What undoing one migration is. `plan` None: it cannot be undone, for what `stuck` says."""

    migration_id: str
    cycle: int
    is_part: bool = False  # of a run that stopped half-way: its done steps
    plan: Plan | None = None
    returns: tuple[Return, ...] = ()
    loses: tuple[str, ...] = ()  # what goes for good, with consent only
    keeps: tuple[str, ...] = ()  # what is parked instead of dropped
    stays: tuple[str, ...] = ()  # what is left as it is
    stuck: tuple[str, ...] = ()


def undos(
    endpoint: Endpoint, count: int = 1, *, schemas: Schemas = None, soft: bool = False
) -> tuple[Undo, ...]:
    """The last `count` migrations, last one first: each planned for the schema that the one
    before leaves. A run that stopped half-way comes first.

    `soft`: what holds rows is parked where it can be, and not dropped.

    Raises:
        MisuseError: there are not so many.
    """
    with closing(plan_session(endpoint, "zanith/plan")) as conn, closing(_reader(endpoint)) as rows:
        planner = _Planner(conn, rows, schemas, soft=soft)
        wanted = _candidates(conn)
        if not wanted:
            raise MisuseError(
                "no migration is applied", hint="zanith migrate status shows what is."
            )
        if len(wanted) < count:
            raise MisuseError(
                f"only {len(wanted)} can be undone, not {count}",
                still_true="Nothing was changed.",
                hint="zanith migrate status shows what is applied.",
            )
        return tuple(planner.undo(*one) for one in wanted[:count])


def undo_of(
    endpoint: Endpoint, migration_id: str, *, schemas: Schemas = None, soft: bool = False
) -> Undo:
    """The same of one migration, wherever it stands. Raises MisuseError where it is not applied."""
    with closing(plan_session(endpoint, "zanith/plan")) as conn, closing(_reader(endpoint)) as rows:
        found = next((one for one in _candidates(conn) if one[0] == migration_id), None)
        if found is None:
            raise MisuseError(
                f"{migration_id} is not applied", hint="zanith migrate status shows what is."
            )
        return _Planner(conn, rows, schemas, soft=soft).undo(*found)


def down(endpoint: Endpoint, migration_id: str | None = None, *, schemas: Schemas = None) -> Plan:
    """The plan that undoes a migration's done steps, last one first.

    Of the last one applied, or of the run that stopped half-way; `migration_id` names another.

    Raises:
        MisuseError: there is nothing to undo.
        ConflictError: it cannot be undone; says why.
    """
    if migration_id is None:
        (found,) = undos(endpoint, schemas=schemas)
    else:
        found = undo_of(endpoint, migration_id, schemas=schemas)
    if found.plan is None:
        raise ConflictError(
            f"{found.migration_id} cannot be undone: {'; '.join(found.stuck)}",
            still_true="Nothing was changed.",
            hint=STUCK_HINT,
        )
    return found.plan


STUCK_HINT = "Write a migration that leads to the schema you want."
SOFTER = {
    "dropColumn": ("softDropColumn", ("table", "column")),
    "dropTable": ("softDropTable", ("name",)),
}


class _Planner:
    """Plans one after the other, each for the schema that the one before leaves."""

    def __init__(
        self, conn: Connection[Any], rows: Connection[Any], schemas: Schemas, *, soft: bool
    ) -> None:
        self._conn, self._rows, self._soft = conn, rows, soft
        self._live = read_graph(conn, schemas)
        self._graph: SchemaGraph | None = self._live
        self._artifacts = ledger.artifacts(rows)
        self._undone: set[str] = set()

    def undo(self, migration_id: str, cycle: int, is_part: bool) -> Undo:
        rows = _last_rows(self._conn, migration_id, cycle)
        done = [row for row in rows if row.status is StepState.DONE]
        operations = [from_builtins(row.inverse) for row in done if row.inverse is not None]
        stuck = [*_without_inverse(done), *self._needed_by(migration_id)]
        returns = []
        for at, operation in enumerate(operations):
            for release in operation.releases():
                artifact, problem = self._artifact(release)
                stuck += [problem] if problem else []
                if artifact is not None:
                    operations[at] = self._fitting(operation, artifact)
                    returns.append(_return(artifact, operations[at]))
        plan, kept, problems = self._plan(migration_id, cycle, operations) if not stuck else NOTHING
        stuck += problems
        self._undone.add(migration_id)
        self._graph = _after(self._graph, plan)
        return Undo(
            migration_id=migration_id,
            cycle=cycle,
            is_part=is_part,
            plan=plan,
            returns=tuple(returns),
            loses=tuple(s.label for s in plan.steps if s.keeps_nothing) if plan else (),
            keeps=kept,
            stays=tuple(_half_done(rows)),
            stuck=tuple(stuck),
        )

    def _artifact(self, wanted: Release) -> tuple[ArtifactRow | None, str]:
        """What an inverse brings back, or why it cannot."""
        place = (str(wanted.physical_name), wanted.physical_column)
        rows = [a for a in self._artifacts if (a.physical_name, a.physical_column) == place]
        if not rows:
            return None, f"nothing was kept as {wanted.physical_column or wanted.physical_name}"
        artifact = next((row for row in rows if row.status == "kept"), rows[0])
        if artifact.status != "kept":
            at = f" at {artifact.released_at:%Y-%m-%d %H:%M} UTC" if artifact.released_at else ""
            by = f" by {artifact.released_by}" if artifact.released_by else ""
            return None, f"{artifact.source} was {artifact.status}{by}{at}"
        if content_of(self._rows, artifact) is None:
            return None, f"what was kept of {artifact.source} is not there any more"
        if is_intact(self._rows, artifact) is False:
            return None, f"what was kept of {artifact.source} is not what its checksum says"
        return artifact, ""

    def _fitting(self, operation: Operation, artifact: ArtifactRow) -> Operation:
        """A column that was NOT NULL comes back nullable where rows hold no value for it."""
        if is_column(artifact) and rows_without_value(self._rows, artifact):
            return msgspec.structs.replace(operation, nullable=True)
        return operation

    def _needed_by(self, migration_id: str) -> list[str]:
        applied = ledger.applied(self._conn)
        there = {row.run_id for row in applied if not row.reverted_at} - {
            row.run_id for row in applied if row.id in self._undone
        }
        needing = ledger.runs_needing(self._conn, migration_id)
        return [f"{run.migration_id} needs it" for run in needing if run.run_id in there]

    def _plan(self, migration_id: str, cycle: int, operations: list[Operation]) -> _Planned:
        if self._graph is None:
            return None, (), ("what was applied after it cannot be undone",)
        try:
            plan = self._build(migration_id, cycle, operations)
            if more := self._rights_back(migration_id, cycle, plan):
                operations += more
                plan = self._build(migration_id, cycle, operations)
        except MigrateError as error:
            return None, (), (error.message,)
        if not self._soft:
            return plan, (), ()
        softened = self._softened(migration_id, cycle, plan, operations)
        kept = {s.label for s in plan.steps if s.keeps_nothing}
        kept -= {s.label for s in softened.steps if s.keeps_nothing}
        return softened, tuple(sorted(kept)), ()

    def _rights_back(self, migration_id: str, cycle: int, plan: Plan) -> tuple[Operation, ...]:
        """An inverse knows how an object was defined, not who could use it."""
        graph = _after(self._graph, plan)
        made = [s.operation.subject for s in plan.steps if s.operation.moment is Effect.CREATE]
        had = _schema_before(self._conn, migration_id, cycle) if made else None
        return giving_back(graph, made, _of_roles(self._conn, had)) if graph and had else ()

    def _build(self, migration_id: str, cycle: int, operations: list[Operation]) -> Plan:
        assert self._graph is not None  # asked by the caller
        measure, on = Measuring(self._conn), major(self._conn)
        measure.look_at(reach(operations, self._graph, major=on))
        ahead = partial(measure_ahead, measure, self._live, self._graph, False)
        return build(
            operations,
            self._graph,
            migration_id=migration_id,
            checksum=codec.digest(tuple(operations)),
            major=on,
            ask=ahead if self._undone else measure,
            direction="down",
            cycle=cycle,
        )

    def _softened(
        self, migration_id: str, cycle: int, plan: Plan, operations: list[Operation]
    ) -> Plan:
        """With the kinds that park, one by one, where each can be."""
        taken = {(a.physical_name, a.physical_column) for a in self._artifacts}
        for step in plan.steps:
            if not step.keeps_nothing or step.kind not in SOFTER:
                continue
            kind, fields = SOFTER[step.kind]
            softer = make(kind, **{name: getattr(step.operation, name) for name in fields})
            at = step.number - 1
            tried = [*operations[:at], softer, *operations[at + 1 :]]
            try:
                found = self._build(migration_id, cycle, tried)
            except MigrateError:
                continue  # something leans on it that cannot be parked with it
            park = found.steps[at].park
            if park and (str(park.physical_name), park.physical_column) not in taken:
                plan, operations = found, tried
        return plan


_Planned = tuple[Plan | None, tuple[str, ...], tuple[str, ...]]
NOTHING: _Planned = (None, (), ())


def _candidates(conn: Connection[Any]) -> list[tuple[str, int, bool]]:
    """(migration, cycle, whether it stopped half-way) of all that can be undone, last first."""
    opened = open_run_of(conn)
    part = []
    if opened and opened.migration_id and opened.direction == "up":
        part = [(opened.migration_id, opened.cycle, True)]
    applied = [row for row in ledger.applied(conn) if row.reverted_at is None]
    whole = [(row.id, row.cycle, False) for row in reversed(applied)]
    return part + [one for one in whole if one[:2] not in {(p[0], p[1]) for p in part}]


def open_run_of(conn: Connection[Any]) -> RunRow | None:
    """The run that is neither done nor closed; of two, the one that undoes the other."""
    opened = [run for run in ledger.runs(conn) if run.state not in ("done", "closed")]
    return max(opened, key=lambda run: (run.direction == "down", run.started_at), default=None)


def _schema_before(conn: Connection[Any], migration_id: str, cycle: int) -> SchemaGraph | None:
    """As it was when the first run of the migration began."""
    runs = {run.run_id for run in ledger.runs(conn) if run.cycle == cycle}
    for one in snapshots.stored(conn):
        if (one.migration_id, one.phase) == (migration_id, "before") and one.run_id in runs:
            return snapshots.load(conn, one.fingerprint)
    return None


def _of_roles(conn: Connection[Any], graph: SchemaGraph) -> SchemaGraph:
    """With the rights of roles that are there: others can get none back."""
    rows = conn.execute("SELECT rolname FROM pg_catalog.pg_roles").fetchall()
    there = {OWNER, PUBLIC, *(name for (name,) in rows)}
    return msgspec.structs.replace(
        graph,
        owners=tuple(one for one in graph.owners if one.role in there),
        privileges=tuple(one for one in graph.privileges if one.grantee in there),
    )


def _last_rows(conn: Connection[Any], migration_id: str, cycle: int) -> list[StepRow]:
    """The last attempt of each step of its run, last step first."""
    rows = ledger.steps(conn, migration_id=migration_id)
    ours = [row for row in rows if (row.cycle, row.direction) == (cycle, "up")]
    runs = {run.run_id: run for run in ledger.runs(conn)}
    last = {
        row.step: row
        for row in sorted(ours, key=lambda row: (runs[row.run_id].started_at, row.attempt))
    }
    return sorted(last.values(), key=lambda row: -row.step)


def _without_inverse(done: list[StepRow]) -> list[str]:
    """A backfill of a column that the same migration added goes with the column."""
    operations = {row.step: from_builtins(row.operation) for row in done}
    return [
        f"nothing undoes step {row.step} ({row.kind} {row.subject})"
        for row in done
        if row.inverse is None and not _goes_along(row, operations)
    ]


def _goes_along(row: StepRow, operations: dict[int, Operation]) -> bool:
    operation = operations[row.step]
    made_here = {
        other.subject
        for number, other in operations.items()
        if number < row.step and other.effect is Effect.CREATE
    }
    return operation.effect is Effect.FILL and operation.subject in made_here


def _half_done(rows: list[StepRow]) -> list[str]:
    return [
        f"step {row.step} ({row.kind} {row.subject}) stopped after stage {row.stage} of"
        f" {row.stages}: what that made stays"
        for row in rows
        if row.status in (StepState.FAILED, StepState.INTERRUPTED) and row.stage
    ]


def _return(artifact: ArtifactRow, operation: Operation) -> Return:
    return Return(
        source=artifact.source,
        kind=in_words(artifact.kind),
        rows=artifact.row_count,
        nullable=bool(getattr(operation, "nullable", False)),
    )


def _after(graph: SchemaGraph | None, plan: Plan | None) -> SchemaGraph | None:
    if graph is None or plan is None:
        return None
    for step in plan.steps:
        graph = step.operation.apply(graph)
    return graph


def _reader(endpoint: Endpoint) -> Connection[Any]:
    """Reading a large archive takes longer than a plan may; it still cannot write."""
    settings = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "10min"}
    return connect(endpoint, role=Session.PLAN, application_name="zanith/plan", settings=settings)
