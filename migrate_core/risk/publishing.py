"""What a publication does to those who write its tables, and to those who have subscribed."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import PUBLISHED_WITHOUT_IDENTITY, TAKES_FROM_SUBSCRIBERS, Reason
from migrate_core.schema.definitions import Definition
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.publishing import without_identity

_SHOWN = 3


def published(
    graph: SchemaGraph, publication: Definition | None, was: Definition | None = None
) -> Iterator[Reason]:
    """`was`: what it was before, whose tables fail already."""
    if publication is None:
        return
    known = without_identity(graph, was) if was else {}
    found = {
        table: problem
        for table, problem in without_identity(graph, publication).items()
        if table not in known
    }
    if found:
        shown = [f"{table}: {problem}" for table, problem in list(found.items())[:_SHOWN]]
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        yield PUBLISHED_WITHOUT_IDENTITY.because("; ".join(shown) + more)


def taken(what: str, facts: Facts) -> Iterator[Reason]:
    """Nobody has subscribed where there is no logical slot; whose one is cannot be seen."""
    around = facts.surroundings
    if around is None or around.logical_slots == 0:
        return
    slots = (
        "slots were not counted"
        if around.logical_slots is None
        else (f"{around.logical_slots} logical slots")
    )
    yield TAKES_FROM_SUBSCRIBERS.because(f"{what}; {slots}")
