"""From two schemas to a migration, and from a migration to a plan."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from psycopg import Connection

from migrate_core.api.gate import refuse_without
from migrate_core.api.schemas import Schemas, after, after_all, read_live
from migrate_core.declared.renamed import RenamedFrom
from migrate_core.declared.renamed import answers as declared_answers
from migrate_core.diff.diff import diff
from migrate_core.diff.expand import candidates, expanded
from migrate_core.diff.renames import RenameQuestion, questions, weighed
from migrate_core.files.migration import Migration, dump, new_id
from migrate_core.files.schema import SCHEMA_FILE
from migrate_core.introspection.probes import ask
from migrate_core.introspection.sizes import read_sizes
from migrate_core.introspection.statistics import read_column_statistics
from migrate_core.introspection.surroundings import read_activities, read_surroundings
from migrate_core.ledger import ledger
from migrate_core.ledger.rates import read_rates
from migrate_core.pg.connect import Endpoint, plan_session
from migrate_core.pg.names import QualifiedName
from migrate_core.pg.version import major
from migrate_core.planning.past import Ask
from migrate_core.planning.plan import Plan, build
from migrate_core.planning.reach import Reach, reach
from migrate_core.risk.facts import Facts, Probe, TableSize
from migrate_core.risk.surroundings import Activity
from migrate_core.schema.delta import Answers, SchemaDelta
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Column, Value
from migrate_core.schema.refs import ObjectKind, Ref


class Generated(Value, frozen=True, kw_only=True):
    """What the difference between two schemas became."""

    migration: Migration
    text: str  # the file's; "" where nothing differs
    contract: Migration | None = None  # the second one, where a column is expanded
    contract_text: str = ""
    expandable: tuple[Ref, ...] = ()  # columns whose change can be made in two migrations
    questions: tuple[RenameQuestion, ...] = ()
    backfills_needed: tuple[Ref, ...] = ()  # blocked until a value for existing rows is given
    backfills_offered: tuple[Ref, ...] = ()  # every new column
    pending: tuple[str, ...] = ()  # ids of migrations that the difference starts from


def generate(
    found: SchemaGraph,
    wanted: SchemaGraph,
    *,
    name: str,
    answers: Answers | None = None,
    pending: Sequence[Migration] = (),
    now: datetime | None = None,
    schema: str = "",
    renames: Sequence[RenamedFrom] = (),
    endpoint: Endpoint | None = None,
) -> Generated:
    """The migration from `found`, with what is pending already applied, to `wanted`.

    `renames`: what the declared SQL or zanith.toml says; an answer of `answers` wins.
    `schema`: where the file's editor finds the JSON Schema, if not beside it.
    `endpoint`: the target, whose column statistics weigh the questions about renames.
    """
    given = answers or Answers()
    base = after_all(found, pending)
    given = _with_renames(given, renames, base)
    migration, contract = _migrations(base, wanted, given, name, now or datetime.now(UTC))
    offered = tuple(_new_columns(base, wanted, given))
    asked = _unanswered(questions(base, wanted, given), given)
    return Generated(
        migration=migration,
        text=dump(migration, schema=schema or SCHEMA_FILE) if migration.operations else "",
        contract=contract,
        contract_text=dump(contract, schema=schema or SCHEMA_FILE) if contract else "",
        expandable=tuple(candidates(base, wanted, given)),
        questions=_weighed(endpoint, asked, wanted) if endpoint else asked,
        backfills_needed=tuple(ref for ref, column in offered if _needs_value(ref, column, given)),
        backfills_offered=tuple(ref for ref, _column in offered),
        pending=tuple(m.id for m in pending),
    )


def remembered(migrations: Sequence[Migration], given: Answers) -> Answers:
    """What was answered when these were generated, and on top of it what is answered now."""
    said = [operation.answers() for m in migrations for operation in m.operations]
    renames = {r.old: r for r in (*(r for one in said for r in one.renames), *given.renames)}
    fills = dict([*(f for one in said for f in one.backfills), *given.backfills])
    modes = dict([*(d for one in said for d in one.drop_modes), *given.drop_modes])
    return Answers(
        drops=given.drops,
        drop_modes=tuple(modes.items()),
        renames=tuple(renames.values()),
        backfills=tuple(fills.items()),
        expand=tuple(dict.fromkeys((*(e for one in said for e in one.expand), *given.expand))),
    )


def _migrations(
    base: SchemaGraph, wanted: SchemaGraph, answers: Answers, name: str, now: datetime
) -> tuple[Migration, Migration | None]:
    """One, or two where columns are expanded: the second runs once applications are ready."""
    said = _sentence(name)
    if not answers.expand:
        operations = diff(base, wanted, answers)
        return Migration(id=new_id(name, now), description=said, operations=operations), None
    first, second = expanded(base, wanted, answers)
    expand = Migration(
        id=new_id(name, now, suffix="expand"),
        description=f"{said}: expand",
        operations=first,
    )
    contract = Migration(
        id=new_id(name, now + timedelta(seconds=1), suffix="contract"),
        description=f"{said}: contract",
        needs=expand.id,
        operations=second,
    )
    return expand, contract


def plan(
    endpoint: Endpoint,
    migration: Migration,
    *,
    earlier: Sequence[Migration] = (),
    schemas: Schemas = None,
) -> Plan:
    """Judge a migration by what one read-only session measures in the target.

    `earlier` are pending ones that will have run before it: the schema it starts from, and
    what its steps are judged among.
    """
    with closing(plan_session(endpoint, "zanith/plan")) as conn:
        live = read_live(conn, endpoint, schemas)
        refuse_without(conn, migration.id, migration.needs, [m.id for m in earlier])
        base = after_all(live, earlier)
        after(base, migration)  # a refusal names the operation
        return build(
            migration.operations,
            live,
            migration_id=migration.id,
            checksum=migration.checksum,
            major=major(conn),
            ask=_asking(conn, live, base, migration, earlier),
            cycle=ledger.next_cycle(conn, migration.id),
            needs=migration.needs,
            earlier=earlier,
        )


class Measuring:
    """Asks one session about each operation of a plan; what several ask about is read once."""

    def __init__(self, conn: Connection[Any]) -> None:
        self.conn = conn
        self.surroundings = read_surroundings(conn)
        self.rates = read_rates(conn)
        self._sizes: dict[QualifiedName, TableSize | None] = {}
        self._activity: dict[QualifiedName, Activity | None] = {}

    def look_at(self, wanted: Reach) -> None:
        """Read at once what operations will ask about; others are read when they are asked for.

        Of what is only met beside it nobody asks for the size.
        """
        self._read(wanted.own, wanted.beside)

    def _read(
        self, wanted: Collection[QualifiedName], beside: Collection[QualifiedName] = ()
    ) -> None:
        sizes = read_sizes(self.conn, wanted)
        activities = read_activities(self.conn, (*wanted, *beside), self.surroundings)
        for relation in {*sizes, *activities}:
            self._sizes[relation] = sizes.get(relation)
            self._activity[relation] = activities.get(relation)

    def __call__(self, relation: QualifiedName | None, probes: tuple[Probe, ...]) -> Facts:
        """The size of what an operation touches, what goes on there, and the answers to its
        probes."""
        if relation is not None and relation not in self._sizes:
            self._sizes[relation] = self._activity[relation] = None  # unless it is there
            self._read([relation])
        return Facts(
            size=self._sizes[relation] if relation else None,
            answers=ask(self.conn, probes),
            activity=self._activity[relation] if relation else None,
            surroundings=self.surroundings,
            rates=self.rates,
        )


def _asking(
    conn: Connection[Any],
    live: SchemaGraph,
    base: SchemaGraph,
    migration: Migration,
    earlier: Sequence[Migration],
) -> Ask:
    measure = Measuring(conn)
    measure.look_at(reach(migration.operations, base, major=major(conn)))
    if not earlier:
        return measure
    # What an expansion makes is no part of a schema, so nothing tells that it is not there yet.
    waits = any(m.id == migration.needs for m in earlier)
    return partial(measure_ahead, measure, live, base, waits)


def measure_ahead(
    measure: Measuring,
    live: SchemaGraph,
    base: SchemaGraph,
    waits: bool,
    relation: QualifiedName | None,
    probes: tuple[Probe, ...],
) -> Facts:
    """The same before earlier migrations have run: what cannot be asked of a table that they
    change is asked when they have, by the plan that is made then."""
    facts = measure(relation, probes)
    changes = relation is not None and live.table(relation) != base.table(relation)
    if (waits or changes) and any(answer.count is None for answer in facts.answers):
        return msgspec.structs.replace(facts, answers=(), is_pending=True)
    return facts


def pending(endpoint: Endpoint, migrations: Sequence[Migration]) -> tuple[Migration, ...]:
    """Those that the target has not, in the order of their ids."""
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        done = {row.id for row in ledger.applied(conn) if row.reverted_at is None}
    return tuple(m for m in sorted(migrations, key=lambda m: m.id) if m.id not in done)


def _with_renames(given: Answers, renames: Sequence[RenamedFrom], base: SchemaGraph) -> Answers:
    answered = {rename.old for rename in given.renames}
    more = (r for r in declared_answers(renames, base) if r.old not in answered)
    return msgspec.structs.replace(given, renames=(*given.renames, *more))


def _sentence(name: str) -> str:
    words = " ".join(re.findall(r"[A-Za-z0-9_]+", name.replace("-", " ")))
    return words[:1].upper() + words[1:].replace("_", " ")


def _new_columns(
    base: SchemaGraph, wanted: SchemaGraph, answers: Answers
) -> Iterable[tuple[Ref, Column]]:
    """Columns that tables of today get; one that is only renamed is not new."""
    renamed = {(answer.old.relation, answer.new) for answer in answers.renames if answer.old.part}
    for table, column in SchemaDelta(base, wanted, answers).added_parts(Column):
        known = base.table(table.name) is not None
        if known and not column.generated and (table.name, column.name) not in renamed:
            yield column_ref(table.name, column.name), column


def _needs_value(ref: Ref, column: Column, answers: Answers) -> bool:
    filled = column.default is not None or column.identity is not None
    return column.not_null and not filled and ref not in answers.backfill_of


def _unanswered(asked: Iterable[RenameQuestion], answers: Answers) -> tuple[RenameQuestion, ...]:
    answered = {answer.old for answer in answers.renames}
    return tuple(question for question in asked if question.old not in answered)


def _weighed(
    endpoint: Endpoint, asked: tuple[RenameQuestion, ...], wanted: SchemaGraph
) -> tuple[RenameQuestion, ...]:
    columns = [question.old for question in asked if question.old.kind is ObjectKind.COLUMN]
    if not columns:
        return asked
    with closing(plan_session(endpoint, "zanith/read")) as conn:
        return weighed(asked, wanted, read_column_statistics(conn, columns))
