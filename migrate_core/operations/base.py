"""What every operation kind says about itself.

One kind is one file: how to see it in a delta, what it does to a graph, its SQL by stage
and lock, its inverse, its probes and reasons, and what it parks before it runs. All of it
is pure; only the runner touches a database.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, ClassVar, Self

import msgspec
from msgspec import Struct

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.park import Park, Release
from migrate_core.pg.ddl import Stage
from migrate_core.pg.names import QualifiedName, helper_name
from migrate_core.risk.facts import Facts, Probe
from migrate_core.risk.reasons import Reason
from migrate_core.schema.delta import Answers, Rename, SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Index, Relation, Table, Value
from migrate_core.schema.refs import IN_SCHEMA, PARTS_OF_RELATIONS, RELATIONS, ObjectKind, Ref


class Effect(StrEnum):
    """What an operation does to its subject; with the graph's edges, all that order needs.

    In the order in which they run where nothing else decides.
    """

    RENAME = "rename"
    CREATE = "create"
    ALTER = "alter"
    PARK = "park"
    FILL = "fill"  # writes rows
    REQUIRE = "require"  # a rule that rows must satisfy
    RUN = "run"  # raw SQL
    DROP = "drop"


class Origin(Value, frozen=True, kw_only=True):
    """The step that parked an object: what the parked names derive from."""

    migration_id: str
    step: int  # from 1
    cycle: int = 1  # 2 when the migration runs again after a down, and so on
    down: bool = False  # whether it is a step of a down, which may park what the up had made

    def parked_name(self, name: str) -> str:
        """`_zanith_dropped_<name>_<8 hex>`, fixed once the plan is made."""
        return self._name("dropped", name)

    def _name(self, what: str, name: str) -> str:
        again = (str(self.cycle),) if self.cycle > 1 else ()
        back = ("down",) if self.down else ()
        return helper_name(what, name, self.migration_id, str(self.step), *again, *back)


class Place(Origin, frozen=True, kw_only=True):
    """Where an operation stands: all that names and SQL may depend on besides its fields."""

    major: int  # of the target's PostgreSQL

    def helper(self, name: str) -> str:
        """A name for what lives only while the step runs."""
        return self._name("helper", name)

    @property
    def origin(self) -> Origin:
        return Origin(
            migration_id=self.migration_id, step=self.step, cycle=self.cycle, down=self.down
        )


class _OperationMeta(ABCMeta, msgspec.StructMeta):
    """An abstract msgspec struct: the two metaclasses have to be one."""


def _tag(class_name: str) -> str:
    return class_name[0].lower() + class_name[1:]


class Operation(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="op",
    tag=_tag,
    metaclass=_OperationMeta,
):
    """One typed change. `kind` is the class name in camelCase, and the file's name."""

    effect: ClassVar[Effect]
    loses_data: ClassVar[bool] = False  # asks for destructive consent unless empty
    looks_last: ClassVar[bool] = False  # detected once it is known what the others make
    keeps_values: ClassVar[bool] = False  # writes new ones beside the old, which stay
    missed_by_writers: ClassVar[bool] = False  # what it takes away is nothing to who only reads

    @classmethod
    def kind_name(cls) -> str:
        return _tag(cls.__name__)

    @property
    def kind(self) -> str:
        return self.kind_name()

    @property
    @abstractmethod
    def subject(self) -> Ref:
        """The object it changes."""

    @property
    def destroys(self) -> bool:
        """Whether it loses data as it stands, with its fields."""
        return self.loses_data

    @property
    def moment(self) -> Effect:
        """When it runs among others, where that depends on which way it goes."""
        return self.effect

    @property
    def writes_freely(self) -> bool:
        """Whether it may write rows of any table: what was counted before is no longer so."""
        return self.effect is Effect.RUN

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        """Its own changes in a delta; none for a kind that only a person writes."""
        return ()

    def bind(self, graph: SchemaGraph) -> Self:
        """Itself with what a person left out filled in from the schema before it.

        Raises:
            UnboundOperationError: the schema has not what it speaks of.
        """
        return self

    @abstractmethod
    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        """The schema after it. Edits what it finds, never writes back what it remembers."""

    @property
    def is_foretold(self) -> bool:
        """Whether apply() gives what the catalog will show; where not, a run looks when it is
        done, so that a resume can tell what it left from somebody else's change."""
        return True

    @abstractmethod
    def stages(self, place: Place) -> tuple[Stage, ...]:
        """Its statements, by what commits together. A scan never shares a stage with a
        statement that locks out writes."""

    @abstractmethod
    def inverse(self, place: Place) -> Operation | None:
        """What undoes it, or None where nothing does (its reasons then say so)."""

    def probes(self, graph: SchemaGraph) -> tuple[Probe, ...]:
        """What to count in the target before judging it; `graph` is the schema before it."""
        return ()

    def probes_ahead(self, graph: SchemaGraph, made: frozenset[Ref]) -> tuple[Probe, ...]:
        """What can be counted although it needs what the same plan has `made`, which is empty."""
        return ()

    @abstractmethod
    def reasons(self, facts: Facts) -> Iterator[Reason]:
        """Why it is as risky as it is, with the evidence."""

    def reasons_before(self, graph: SchemaGraph) -> Iterable[Reason]:
        """What the schema just before it says besides."""
        return ()

    def reasons_at_once(self, step: str) -> Iterable[Reason]:
        """Where that earlier step of the same plan, "step 1", makes what it stands on."""
        return ()

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterable[Reason]:
        """What only the schema after the plan's last step says; not asked where the relation
        is made in the same plan."""
        return ()

    def reasons_since(self, base: SchemaGraph, graph: SchemaGraph) -> Iterable[Reason]:
        """What the schema before the first step and the one after the last say together."""
        return ()

    def takes_away(self, graph: SchemaGraph) -> str:
        """What is gone that code may rely on, in words, by the schema after the last step; ""
        where nothing is, or its reasons say already that it is missed."""
        return ""

    def index_that_goes(self) -> Index | None:
        """By which queries may have found rows, and cannot any more; that of a key, too."""
        return None

    def beneath(self, graph: SchemaGraph) -> Iterable[QualifiedName]:
        """Relations by whose use that of its own is known, where that is not counted."""
        return ()

    def park(self, place: Place) -> Park | None:
        """The artifact that must exist before it runs."""
        return None

    def releases(self) -> tuple[Release, ...]:
        return ()

    def safer(self, graph: SchemaGraph, value: str = "") -> Safer | None:
        """What does the same with less risk, or None where it is as safe as it can be.

        `graph` is the schema before it; `value` is what a person gave for existing rows.

        Raises:
            UnboundOperationError: the safer form does not fit the schema.
        """
        return None

    def answers(self) -> Answers:
        """What a person must have said for it to be generated: the file remembers it."""
        new = self.new_name()
        return Answers(renames=(Rename(old=self.subject, new=new),) if new else ())

    def parts(self) -> tuple[Operation, ...]:
        """What is planned in its place: itself, or one operation for each of several objects."""
        return (self,)

    def makes(self) -> frozenset[Ref]:
        """What it creates besides its subject, or on it: nobody can be asked about it before."""
        return frozenset()

    def unsettles(self) -> frozenset[Ref]:
        """What is another while it runs, though it is the same before and after."""
        return frozenset()

    def stands_on(self) -> Operation | None:
        """The operation, of an earlier migration as a rule, whose helpers must be there, out of
        sight."""
        return None

    def disturbs(self) -> frozenset[Ref]:
        """Objects on which nothing may lean while it runs: what does is made anew around it."""
        goes = self.moment in (Effect.PARK, Effect.DROP)
        return frozenset({self.subject}) if goes else frozenset()

    def remakes(self, graph: SchemaGraph) -> frozenset[Ref]:
        """What else is to be made anew around it, by the schema before: where the catalog does
        not say that it leans on anything."""
        return frozenset()

    def checks_again(self) -> tuple[QualifiedName, ...]:
        """Other tables whose foreign keys are validated anew for it, row by row."""
        return ()

    def reasons_beside(self, table: QualifiedName, facts: Facts) -> Iterator[Reason]:
        """What it does to another table that it locks; they weigh by that one's `facts`, whose
        answers are its own."""
        return iter(())

    @property
    def rehearsable(self) -> bool:
        """Whether it can run where the target's roles are mere stand-ins."""
        return True

    def unrehearsable(self, place: Place) -> frozenset[str]:
        """SQL of those of its statements that cannot run there, where the others can."""
        return frozenset()

    def precedes(self) -> frozenset[QualifiedName]:
        """Tables on which everything else comes after it, removals too."""
        return frozenset()

    def follows(self) -> frozenset[QualifiedName]:
        """Tables on which everything else comes before it, removals too."""
        return frozenset()

    def reads(self) -> frozenset[Ref]:
        """What has to be there, or there still, besides what its subject needs: a column that
        its data expression reads."""
        return frozenset()

    def settings(self) -> frozenset[str]:
        """Of the session, as SET takes them, that its statements need."""
        return frozenset()

    def new_name(self) -> str | None:
        """For a rename: what its subject is called afterwards."""
        return None

    def claims(self) -> frozenset[tuple[str, str]]:
        """(schema, name) of every relation whose name it takes or frees."""
        subject = self.subject
        if subject.kind in (ObjectKind.INDEX, ObjectKind.CONSTRAINT):
            return frozenset({(subject.schema, subject.part)})
        if subject.kind in IN_SCHEMA:
            return frozenset({(subject.schema, subject.name)})
        return frozenset()

    @property
    def relation(self) -> QualifiedName | None:
        """The relation whose size matters for it."""
        subject = self.subject
        in_relation = subject.kind in RELATIONS | PARTS_OF_RELATIONS
        return subject.relation if in_relation else None

    @property
    def label(self) -> str:
        """The object in words, as lists show it."""
        return str(self.subject)


class Safer(Value, frozen=True, kw_only=True):
    """An operation's online or recoverable form."""

    instead: tuple[Operation, ...]
    later: tuple[Operation, ...] = ()  # of a second migration, once applications are ready
    asks: Ref | None = None  # the column whose value for existing rows was not given


def table_in(graph: SchemaGraph, name: QualifiedName, operation: Operation) -> Table:
    """The table an operation speaks of.

    Raises:
        UnboundOperationError: there is none of that name.
    """
    table = graph.table(name)
    if table is None:
        raise unbound(operation, f"table {name} does not exist")
    return table


def relation_in(graph: SchemaGraph, name: QualifiedName, operation: Operation) -> Relation:
    """The table, view or materialized view that an operation speaks of.

    Raises:
        UnboundOperationError: there is none of that name.
    """
    relation = graph.relation(name)
    if relation is None:
        raise unbound(operation, f"relation {name} does not exist")
    return relation


def lone_table_in(graph: SchemaGraph, name: QualifiedName, operation: Operation) -> Table:
    """The table, where it is no partition and nothing inherits from it.

    Raises:
        UnboundOperationError: there is none of that name, or it has a family.
    """
    table = table_in(graph, name, operation)
    if table.partition_of is not None:
        raise unbound(operation, f"{name} is a partition of {table.partition_of.parent}: detach it")
    below = graph.children.get(name, ())
    if below:
        raise unbound(operation, f"{', '.join(map(str, below))} would go with {name}")
    return table


def unbound(operation: Operation, problem: str) -> UnboundOperationError:
    return UnboundOperationError(
        f"{operation.kind}: {problem}",
        detail="The operation was read against the schema as it is just before this step.",
        hint="Correct the name in the migration file, or generate the migration again.",
    )


def replaced(operation: Any, **changes: Any) -> Any:
    """`operation` with some fields changed; how bind() fills in what was left out."""
    return msgspec.structs.replace(operation, **changes)
