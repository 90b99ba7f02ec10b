"""What a step could be instead, judged by what was measured for that form of it."""

from __future__ import annotations

from copy import deepcopy

from migrate_core.errors import UnboundOperationError
from migrate_core.operations.base import Operation, Safer
from migrate_core.planning.past import Ask, Past
from migrate_core.risk.levels import Level
from migrate_core.risk.verdict import Verdict, judge
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.objects import Value


class Offer(Value, frozen=True, kw_only=True):
    """The safer form of one step, in words and figures; `zanith migrate soften` writes it."""

    kinds: tuple[str, ...]
    level: Level
    later: tuple[str, ...] = ()  # kinds of the second migration
    asks: str = ""  # the column whose value for existing rows has to be given

    @property
    def score(self) -> int:
        return self.level.score


def safer_of(operation: Operation, graph: SchemaGraph, value: str = "") -> Safer | None:
    """None, too, where the safer form does not fit the schema."""
    try:
        found = operation.safer(graph, value)
        for one in found.instead if found else ():
            graph = one.bind(graph).apply(graph)
    except UnboundOperationError:
        return None
    return found


def offer(
    operation: Operation, verdict: Verdict, graph: SchemaGraph, past: Past, ask: Ask
) -> Offer | None:
    """None where nothing scores less; `graph` is the schema just before the step."""
    if verdict.level in (Level.SAFE, Level.LOW):
        return None
    found = safer_of(operation, graph)
    if found is None:
        return None
    level = _worst(found, graph, deepcopy(past), ask)
    if level.score >= verdict.score:
        return None
    return Offer(
        kinds=tuple(one.kind for one in found.instead),
        level=level,
        later=tuple(one.kind for one in found.later),
        asks=str(found.asks) if found.asks else "",
    )


def _worst(found: Safer, graph: SchemaGraph, past: Past, ask: Ask) -> Level:
    levels = []
    for one in found.instead:
        operation = one.bind(graph)
        facts = past.facts(operation, graph, ask)
        levels.append(judge(operation.reasons(facts), facts).level)
        graph = operation.apply(graph)
        past.add(operation)
    return max(levels, key=lambda level: level.score)
