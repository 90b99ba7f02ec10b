"""Views that show rows which row security keeps from who reads them."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import STOPS_GUARDING, Reason
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.viewed import directly_read, is_barrier, reads_as_asker, used_by_others
from migrate_core.schema.views import View


def stops_guarding(base: SchemaGraph, graph: SchemaGraph, name: QualifiedName) -> Iterator[Reason]:
    was, now = base.find(View, name), graph.find(View, name)
    if now is None:
        return
    said = list(_stops(was, now) if was else _is_new(now))
    hidden = _read_past(base, graph, now)
    if said and (was or hidden):
        past = f", past the policies of {', '.join(hidden)}" if hidden else ""
        level = Level.HIGH if hidden else Level.MEDIUM
        yield STOPS_GUARDING.because(f"view {name}: {'; '.join(said)}{past}", level=level)


def _is_new(now: View) -> Iterator[str]:
    if not reads_as_asker(now):
        yield "it is new, and reads with the rights of its owner"


def _stops(was: View, now: View) -> Iterator[str]:
    if reads_as_asker(was) and not reads_as_asker(now):
        yield "it reads with the rights of its owner, no longer of who asks"
    if is_barrier(was) and not is_barrier(now):
        yield "functions of who asks meet rows before it has left them out"


def _read_past(base: SchemaGraph, graph: SchemaGraph, view: View) -> list[str]:
    """Tables whose policies do not hold back the view's owner, where others read it. A view
    beneath reads as it did, whoever reads it."""
    if reads_as_asker(view) or not any(used_by_others(graph, view)):
        return []
    tables = (base.table(one.name) for one in directly_read(graph, view))
    return [str(t.name) for t in tables if t and t.row_security and not t.force_row_security]
