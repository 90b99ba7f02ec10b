"""Whether what is not as the plan found it is the plan's own doing, object by object.

What no step touched must still be as it was; what done steps touched must be as they leave
it; what the interrupted step changes is judged by that step's own look at the catalog.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrate_core.pg.codec import digest
from migrate_core.planning.plan import Step
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import FIELDS, PART_KINDS, ref_of
from migrate_core.schema.objects import PARTS, Relation

Parts = dict[tuple[str, str], str]  # (kind, name) -> digest
_PARTS = frozenset(kind.value for kind in PART_KINDS.values())
Seen = Mapping[int, SchemaGraph]  # step -> the schema as it was seen after it


def unexplained(
    base: SchemaGraph,
    live: SchemaGraph,
    done: tuple[Step, ...],
    *,
    under_way: Step | None = None,
    seen: Seen | None = None,
) -> tuple[str, ...]:
    """Kind and name of what differs from what the steps so far explain, in name order."""
    expected = replay(base, done, seen or {})
    if expected is None:
        return ()
    wanted, found = _parts(expected), _parts(live)
    moving = _in_flight(expected, under_way) if under_way else frozenset()
    differing = {key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)}
    whole = {name for kind, name in differing if kind == "table"} - _in_both(wanted, found)
    named = (
        f"{kind} {name}"
        for kind, name in differing
        if name not in moving and not (kind in _PARTS and name.rpartition(".")[0] in whole)
    )
    return tuple(sorted(named))


def _in_both(wanted: Parts, found: Parts) -> set[str]:
    """Tables that are there before and after: of the others the name alone says it all."""
    return {name for kind, name in wanted.keys() & found.keys() if kind == "table"}


def replay(base: SchemaGraph, done: tuple[Step, ...], seen: Seen) -> SchemaGraph | None:
    """None where what a step left was neither foretold nor seen: nothing can be said then."""
    graph: SchemaGraph | None = base
    for step in done:
        if not step.operation.is_foretold:
            graph = seen.get(step.number)
        elif graph is not None:
            graph = step.operation.apply(graph)
    return graph


def _in_flight(before: SchemaGraph, step: Step) -> frozenset[str]:
    """Names of all that the step changes, whatever kind they are of half-way."""
    if step.is_script:
        return frozenset(name for _, name in _parts(before))
    old, new = _parts(before), _parts(step.operation.apply(before))
    changed = frozenset(key[1] for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return changed | {f"{ref.relation}.{ref.part}" for ref in step.operation.unsettles()}


def _parts(graph: SchemaGraph) -> Parts:
    return dict(_walk(graph))


def _walk(graph: SchemaGraph) -> Iterator[tuple[tuple[str, str], str]]:
    for field in FIELDS.values():
        for thing in getattr(graph, field):
            if isinstance(thing, Relation):
                yield from _walk_relation(thing)
            else:
                yield (ref_of(thing).kind, str(thing.name)), digest(thing)
    for other in graph.others:
        yield (other.kind, other.name), digest(other)


def _walk_relation(relation: Relation) -> Iterator[tuple[tuple[str, str], str]]:
    bare = relation.change(**dict.fromkeys(PARTS.values(), ()))
    yield (ref_of(relation).kind, str(relation.name)), digest(bare)
    for part in relation.parts():
        yield (PART_KINDS[type(part)], f"{relation.name}.{part.name}"), digest(part)
