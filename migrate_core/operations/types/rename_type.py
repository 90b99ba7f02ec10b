"""renameType: an enum, domain or composite type gets another name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from migrate_core.operations.renaming import RenameThing
from migrate_core.schema.definitions import Composite, Domain
from migrate_core.schema.domain_changes import with_not_null_name
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Enum, Thing


class RenameType(RenameThing, frozen=True, kw_only=True):
    """Rename a type: columns of it follow by themselves, and no row is read or written."""

    words: ClassVar[Mapping[type[Thing], str]] = {
        Enum: "TYPE",
        Domain: "DOMAIN",
        Composite: "TYPE",
    }
    locks: ClassVar[bool] = False

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        """The NOT NULL of a domain keeps its name."""
        domain = graph.find(Domain, self.name)
        if domain is not None:
            graph = graph.put(with_not_null_name(domain, graph.major))
        return super().apply(graph)
