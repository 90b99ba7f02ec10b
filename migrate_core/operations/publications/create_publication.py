"""createPublication: a publication appears."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from migrate_core.operations.definitions import CreateDefinition
from migrate_core.risk.facts import Facts
from migrate_core.risk.publishing import published
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Definition
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind


class CreatePublication(CreateDefinition, frozen=True, kw_only=True):
    """Create a publication empty, then add what it holds: each table under a lock that lets writes
    through.
    """

    of: ClassVar[ObjectKind] = ObjectKind.PUBLICATION
    drop: ClassVar[str] = "dropPublication"

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        yield from published(graph, graph.find(Definition, self.definition.key))
