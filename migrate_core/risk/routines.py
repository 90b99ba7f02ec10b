"""What a routine that comes or changes does to others: to calls, and to results that are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from migrate_core.risk.bodies import acts_as_owner, gives_the_same
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import (
    LEAVES_STALE_RESULTS,
    LENDS_OWNERS_RIGHTS,
    MAKES_CALLS_AMBIGUOUS,
    RLS_CHANGE,
    WIDENS_ACCESS,
    Reason,
)
from migrate_core.risk.touching import touched
from migrate_core.schema.access import PUBLIC
from migrate_core.schema.bodies import Bodies
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Column, Constraint, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import namesakes
from migrate_core.schema.rights import may
from migrate_core.schema.routines import NEVER_CALLED, ambiguous_calls, bare_name
from migrate_core.schema.users import callers, in_words, is_open, may_use

# What does nothing itself but passes on what a routine gives.
_BETWEEN = frozenset(
    {
        ObjectKind.ROUTINE,
        ObjectKind.OPERATOR,
        ObjectKind.OPERATOR_CLASS,
        ObjectKind.OPERATOR_FAMILY,
    }
)


def confusing(
    new: Routine, others: Sequence[Routine], was: Routine | None = None
) -> Iterator[Reason]:
    """`was`: what it replaces, whose calls were ambiguous already."""
    known = [types for types, _other in ambiguous_calls(was, others)] if was else []
    for types, other in ambiguous_calls(new, others):
        if types not in known:
            call = f"{bare_name(ref_of(new))}({types})"
            yield MAKES_CALLS_AMBIGUOUS.because(f"{call} fits {new.name} and {other.name}")


def outdating(graph: SchemaGraph, old: Routine, new: Routine) -> Iterator[Reason]:
    """`graph` has what holds results of the old one."""
    if old.kind == "aggregate" or gives_the_same(old, new):
        return
    kept = sorted(_keeping(graph, ref_of(old)))
    if kept:
        shown = ", ".join(kept[:5]) + (f" and {len(kept) - 5} more" if len(kept) > 5 else "")
        yield LEAVES_STALE_RESULTS.because(f"{shown}: as {old.name} gave it before")


def deciding(graph: SchemaGraph, old: Routine, new: Routine) -> Iterator[Reason]:
    """Policies of today that ask it who sees which rows."""
    if old.kind == "aggregate" or gives_the_same(old, new):
        return
    used = users(graph, ref_of(old))
    asking = sorted(
        str(ref) for ref in used if ref.kind is ObjectKind.POLICY and _is_on(graph, ref)
    )
    if asking:
        said = f"policies that ask it: {', '.join(asking[:5])}"
        yield RLS_CHANGE.because(said, level=Level.HIGH)


def _is_on(graph: SchemaGraph, policy: Ref) -> bool:
    table = graph.table(policy.relation)
    return table is not None and table.row_security


def _keeping(graph: SchemaGraph, routine: Ref) -> Iterator[str]:
    """What stores results of it, or of what calls it."""
    yield from filter(None, (_keeps(graph, ref) for ref in users(graph, routine)))


def users(
    graph: SchemaGraph, routine: Ref, apart: Callable[[Routine], bool] = lambda _one: False
) -> Iterator[Ref]:
    """What calls it, by way of others too, unless those are `apart`."""
    seen, todo = {routine}, [routine]
    while todo:
        for ref in _needing(graph, todo.pop()):
            if ref in seen or graph.get(ref) is None:
                continue
            seen.add(ref)
            if ref.kind in _BETWEEN:
                found = graph.get(ref)
                if not (isinstance(found, Routine) and apart(found)):
                    todo.append(ref)
            else:
                yield ref


def _needing(graph: SchemaGraph, ref: Ref) -> Iterator[Ref]:
    yield from graph.dependents.get(ref, ())
    found = graph.get(ref)
    if isinstance(found, Routine) and not namesakes(graph, found):
        bodies = Bodies([ref])  # text that calls it is in no pg_depend
        yield from (ref_of(one) for one in graph.routines if bodies.named(one))


def _keeps(graph: SchemaGraph, ref: Ref) -> str:
    found = graph.get(ref)
    if ref.kind is ObjectKind.INDEX:
        return f"index {ref}"
    if isinstance(found, Constraint):
        return f"constraint {ref}" if found.validated else ""
    if ref.kind is ObjectKind.DOMAIN:
        return f"domain {ref}" if any(one.validated for one in found.constraints) else ""
    if isinstance(found, Column):
        is_stored = found.generated is not None and found.generated.stored
        return f"stored column {ref}" if is_stored else ""
    if isinstance(found, Table):
        return f"partitions of {ref}" if found.partition_key else ""
    return ""


# Who may call it --------------------------------------------------------------------------------


def opened_again(base: SchemaGraph, graph: SchemaGraph, ref: Ref) -> Iterator[Reason]:
    """PostgreSQL lets everybody call what is new, whatever its namesake had."""
    if _is_opened(base, graph, ref):
        yield WIDENS_ACCESS.because(f"everybody may call {ref}: the REVOKE went with the old one")
        yield from lends_owner(base, graph, ref)


def lends_owner(base: SchemaGraph, graph: SchemaGraph, ref: Ref) -> Iterator[Reason]:
    routine = graph.find(Routine, ref.name)
    if routine and acts_as_owner(routine) and _is_opened(base, graph, ref):
        yield LENDS_OWNERS_RIGHTS.because(f"{routine.kind} {ref}, SECURITY DEFINER")


def lends_writes(base: SchemaGraph, graph: SchemaGraph, ref: Ref) -> Iterator[Reason]:
    """One that everybody may call, and that writes what not all of them may. One of its name that
    did so before, and is gone or was the same, makes it no news."""
    routine = graph.find(Routine, ref.name)
    if routine is None or not acts_as_owner(routine) or routine.result in NEVER_CALLED:
        return
    had = (one for one in _was(base, graph, routine) if acts_as_owner(one))
    if not is_open(graph, ref) or any(is_open(base, ref_of(one)) for one in had):
        return
    roles, found = callers(graph, ref), []
    for privilege, name in touched(graph, routine):
        lacking = [one for one in roles if not may_use(graph, name, one, privilege)]
        if privilege != "SELECT" and (lacking or (not roles and _is_reached(graph, ref))):
            found.append(f"{privilege} on {name} for {in_words(lacking or [PUBLIC])}")
    if found:
        said = f"{routine.kind} {ref}, SECURITY DEFINER: {'; '.join(found)}"
        yield LENDS_OWNERS_RIGHTS.because(said)


def _is_reached(graph: SchemaGraph, routine: Ref) -> bool:
    """Whether everybody may use what is in its schema."""
    return may(graph, Ref(ObjectKind.SCHEMA, name=routine.schema), PUBLIC, "USAGE")


def _is_opened(base: SchemaGraph, graph: SchemaGraph, ref: Ref) -> bool:
    """Whether it, or one of its name that is gone, was kept from everybody before."""
    if (new := graph.find(Routine, ref.name)) is None or not is_open(graph, ref_of(new)):
        return False
    return any(not is_open(base, ref_of(one)) for one in _was(base, graph, new))


def _was(base: SchemaGraph, graph: SchemaGraph, routine: Routine) -> Iterator[Routine]:
    """Itself as it was, and those of its name that are gone."""
    yield from filter(None, [base.find(Routine, routine.name)])
    others = namesakes(base, routine)
    yield from (one for one in others if graph.find(Routine, one.name) is None)
