"""Naming an object without holding it: what operations order themselves by."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from migrate_core.pg.names import QualifiedName, quote_ident


class ObjectKind(StrEnum):
    SCHEMA = "schema"
    EXTENSION = "extension"
    ENUM = "enum"
    SEQUENCE = "sequence"
    TABLE = "table"
    COLUMN = "column"
    CONSTRAINT = "constraint"
    INDEX = "index"
    POLICY = "policy"
    OTHER = "other"  # what raw SQL touches


class Ref(NamedTuple):
    """An object: `part` is the column, constraint, index or policy of the table `name`."""

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
        names = [part for part in (self.schema, self.name, self.part) if part]
        return ".".join(quote_ident(name) for name in names)
