"""Owners and privileges: what is not as PostgreSQL makes it for the role that reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate_core.introspection.snapshot import Document
from migrate_core.schema.access import (
    DefaultPrivilege,
    Owner,
    Privilege,
    defaults_in_order,
    in_order,
    owners_in_order,
)
from migrate_core.schema.objects import Value


class Owners(Value, frozen=True, kw_only=True):
    reader: str
    owners: tuple[Owner, ...] = ()


DOCUMENTS = (
    Document("owners", Owners),
    Document("privileges", tuple[Privilege, ...]),
    Document("default_privileges", tuple[DefaultPrivilege, ...]),
)


def gathered(read: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a SchemaGraph that tell of rights."""
    return {
        "reader": read["owners"].reader,
        "owners": owners_in_order(read["owners"].owners),
        "privileges": in_order(read["privileges"]),
        "default_privileges": defaults_in_order(read["default_privileges"]),
    }
