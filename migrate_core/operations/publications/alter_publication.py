"""alterPublication: a publication holds other tables, or publishes otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from migrate_core.operations.base import replaced
from migrate_core.operations.definitions import AlterDefinition
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.publishing import published, taken
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Definition
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.publishing import actions, by_root, partitioned
from migrate_core.schema.refs import ObjectKind


class AlterPublication(AlterDefinition, frozen=True, kw_only=True):
    """Add and drop what differs, never the publication: subscribers keep their place."""

    of: ClassVar[ObjectKind] = ObjectKind.PUBLICATION

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        for text in self.texts:
            yield why.CHANGES_REPLICATION.because(text)
        becomes = replaced(self.was, then=self.then) if self.was else None
        if self.was and becomes and (fewer := actions(self.was) - actions(becomes)):
            yield from taken(f"no {', '.join(sorted(fewer))} any more", facts)
        for text in self.texts:
            if " DROP TABLE" in text:
                yield from taken(text, facts)

    def reasons_in_the_end(self, graph: SchemaGraph, facts: Facts) -> Iterator[Reason]:
        yield from published(graph, graph.find(Definition, (self.of.value, self.name)), self.was)
        becomes = replaced(self.was, then=self.then) if self.was else None
        if self.was and becomes and by_root(self.was) is not by_root(becomes):
            both = set(partitioned(graph, self.was)) & set(partitioned(graph, becomes))
            how = "the table above" if by_root(becomes) else "a table of its own"
            for table in sorted(both):
                yield from taken(f"each partition of {table} is published as {how}", facts)
