"""Naming an object without holding it: what operations order themselves by."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from migrate_core.pg.names import QualifiedName, quote_ident


class ObjectKind(StrEnum):
    """Kinds of object, in the order in which they are made where nothing else decides."""

    SCHEMA = "schema"
    EXTENSION = "extension"
    LANGUAGE = "language"
    COLLATION = "collation"
    ENUM = "enum"
    DOMAIN = "domain"
    COMPOSITE = "composite type"
    RANGE = "range type"
    BASE_TYPE = "base type"
    SEQUENCE = "sequence"
    FOREIGN_DATA_WRAPPER = "foreign-data wrapper"
    SERVER = "server"
    USER_MAPPING = "user mapping"
    ROUTINE = "routine"
    CAST = "cast"
    OPERATOR = "operator"
    OPERATOR_FAMILY = "operator family"
    OPERATOR_CLASS = "operator class"
    CONVERSION = "conversion"
    TRANSFORM = "transform"
    ACCESS_METHOD = "access method"
    TEXT_SEARCH_PARSER = "text search parser"
    TEXT_SEARCH_TEMPLATE = "text search template"
    TEXT_SEARCH_DICTIONARY = "text search dictionary"
    TEXT_SEARCH_CONFIGURATION = "text search configuration"
    TABLE = "table"
    FOREIGN_TABLE = "foreign table"  # as its comment calls it; everywhere else it is a table
    COLUMN = "column"
    DEFAULT = "default"  # of the column `part`: what it computes, apart from the column
    CONSTRAINT = "constraint"
    INDEX = "index"
    PARTITION = "partition"  # that the table `name` is one
    INHERITANCE = "inheritance"  # that the table `name` inherits
    STATISTICS = "statistics"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    RULE = "rule"
    TRIGGER = "trigger"
    POLICY = "policy"
    EVENT_TRIGGER = "event trigger"
    PUBLICATION = "publication"
    OWNER = "owner"
    PRIVILEGE = "privilege"
    DEFAULT_PRIVILEGES = "default privileges"
    OTHER = "other"  # what raw SQL touches


RELATIONS = frozenset({ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW})
PARTS_OF_RELATIONS = frozenset(
    {
        ObjectKind.COLUMN,
        ObjectKind.DEFAULT,
        ObjectKind.CONSTRAINT,
        ObjectKind.INDEX,
        ObjectKind.RULE,
        ObjectKind.TRIGGER,
        ObjectKind.POLICY,
    }
)
# What is named by a schema and a name; all but these, schemas, extensions and parts of
# relations is written whole in `name`, as PostgreSQL writes it: `public.f(integer)`.
IN_SCHEMA = RELATIONS | {
    ObjectKind.FOREIGN_TABLE,
    ObjectKind.PARTITION,
    ObjectKind.INHERITANCE,
    ObjectKind.ENUM,
    ObjectKind.DOMAIN,
    ObjectKind.COMPOSITE,
    ObjectKind.SEQUENCE,
}
WRITTEN_WHOLE = (
    frozenset(ObjectKind)
    - IN_SCHEMA
    - PARTS_OF_RELATIONS
    - {
        ObjectKind.SCHEMA,
        ObjectKind.EXTENSION,
    }
)


class Ref(NamedTuple):
    """An object: `part` is the column, constraint, index, policy, trigger or rule of the
    relation `name`. A name that is written whole stands in `name` with its schema."""

    kind: ObjectKind
    schema: str = ""
    name: str = ""
    part: str = ""

    @classmethod
    def of(cls, kind: ObjectKind, name: QualifiedName, part: str = "") -> Ref:
        return cls(kind, name.schema, name.name, part)

    @property
    def relation(self) -> QualifiedName:
        return QualifiedName(self.schema, self.name)

    def __str__(self) -> str:
        if self.kind in WRITTEN_WHOLE:
            return self.name
        names = [part for part in (self.schema, self.name, self.part) if part]
        return ".".join(quote_ident(name) for name in names)
