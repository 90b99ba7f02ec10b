"""Objects that PostgreSQL writes down whole: what we hold of them is its own text."""

from __future__ import annotations

from typing import Literal

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Thing, Value
from migrate_core.schema.refs import ObjectKind


class DomainCheck(Value, frozen=True, kw_only=True):
    """`definition` is pg_get_constraintdef() without a trailing NOT VALID."""

    name: str
    definition: str
    validated: bool = True
    comment: str | None = None


class Domain(Thing, frozen=True, kw_only=True):
    name: QualifiedName
    type: str  # as format_type() prints it
    collation: str | None = None  # quoted and qualified; None where it is the type's own
    not_null: bool = False
    default: str | None = None
    constraints: tuple[DomainCheck, ...] = ()  # in name order
    comment: str | None = None


class Attribute(Value, frozen=True, kw_only=True):
    name: str
    type: str
    collation: str | None = None
    comment: str | None = None


class Composite(Thing, frozen=True, kw_only=True):
    name: QualifiedName
    attributes: tuple[Attribute, ...] = ()  # in attnum order
    comment: str | None = None


class Routine(Thing, frozen=True, kw_only=True):
    """A function, procedure or aggregate; `name` is its signature: `public.f(integer)`.

    `definition` is pg_get_functiondef(), for an aggregate a CREATE AGGREGATE of ours.
    `result` and `arguments` are as PostgreSQL prints them, names and modes included: what
    CREATE OR REPLACE cannot change.
    """

    name: str
    schema: str
    kind: Literal["function", "procedure", "aggregate", "window"] = "function"
    definition: str
    result: str = ""
    arguments: str = ""
    language: str = ""
    comment: str | None = None


# What an ALTER says of them is changed in place: rows, replication or plans hang on them.
ALTERED_IN_PLACE = frozenset(
    {
        ObjectKind.STATISTICS,
        ObjectKind.FOREIGN_DATA_WRAPPER,
        ObjectKind.SERVER,
        ObjectKind.USER_MAPPING,
        ObjectKind.PUBLICATION,
        ObjectKind.OPERATOR_FAMILY,
        ObjectKind.TEXT_SEARCH_CONFIGURATION,
    }
)


class Definition(Thing, frozen=True, kw_only=True):
    """An object of one of the rarer kinds; two are equal where their texts are.

    `create` and `then` are statements without their semicolons: the object, and what only
    an ALTER can say of it.
    """

    kind: ObjectKind
    name: str  # as PostgreSQL writes it in DROP and COMMENT ON
    schema: str = ""  # none for what lives in no schema
    create: str
    then: tuple[str, ...] = ()
    comment: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind.value, self.name)


def remade(old: Definition, new: Definition) -> bool:
    """Whether an object of the same name has to be dropped and made again."""
    if old.kind in ALTERED_IN_PLACE:
        return old.create != new.create
    return (old.create, old.then) != (new.create, new.then)
