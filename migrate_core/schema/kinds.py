"""Kinds of object, as types and as names: where a graph holds each, and how each is referred to."""

from __future__ import annotations

from typing import Any

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.definitions import Composite, Definition, Domain, Routine
from migrate_core.schema.objects import (
    PARTS,
    Column,
    Constraint,
    Enum,
    Extension,
    Index,
    Policy,
    Rule,
    Schema,
    Sequence,
    Table,
    Thing,
    Trigger,
)
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.views import MaterializedView, View

FIELDS: dict[type[Any], str] = {
    Schema: "schemas",
    Extension: "extensions",
    Enum: "enums",
    Domain: "domains",
    Composite: "composites",
    Sequence: "sequences",
    Routine: "routines",
    Table: "tables",
    View: "views",
    MaterializedView: "materialized_views",
    Definition: "definitions",
}
RELATION_KINDS: dict[type[Any], ObjectKind] = {
    Table: ObjectKind.TABLE,
    View: ObjectKind.VIEW,
    MaterializedView: ObjectKind.MATERIALIZED_VIEW,
}
TOP_KINDS: dict[type[Any], ObjectKind] = {
    Schema: ObjectKind.SCHEMA,
    Extension: ObjectKind.EXTENSION,
    Enum: ObjectKind.ENUM,
    Domain: ObjectKind.DOMAIN,
    Composite: ObjectKind.COMPOSITE,
    Sequence: ObjectKind.SEQUENCE,
    Routine: ObjectKind.ROUTINE,
    **RELATION_KINDS,
}


PART_KINDS: dict[type, ObjectKind] = {
    Column: ObjectKind.COLUMN,
    Constraint: ObjectKind.CONSTRAINT,
    Index: ObjectKind.INDEX,
    Policy: ObjectKind.POLICY,
    Trigger: ObjectKind.TRIGGER,
    Rule: ObjectKind.RULE,
}
PART_FIELDS = {kind: PARTS[part] for part, kind in PART_KINDS.items()}


def ref_of(thing: Thing) -> Ref:
    """The reference to an object of its own."""
    if isinstance(thing, Definition):
        kind, schema = thing.kind, thing.schema
    else:
        kind, schema = TOP_KINDS[type(thing)], getattr(thing, "schema", "")
    if isinstance(thing.name, QualifiedName):
        return Ref.of(kind, thing.name)
    return Ref(kind, "" if kind is ObjectKind.EXTENSION else schema, thing.name)
