"""Statements that PostgreSQL comes to refuse to whoever runs them: a right beneath is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from migrate_core.pg.names import QualifiedName
from migrate_core.risk.bodies import acts_as_owner
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import NARROWS_ACCESS, TRIGGER_FAILS, Reason
from migrate_core.risk.routines import users
from migrate_core.risk.touching import touched
from migrate_core.schema.access import PUBLIC
from migrate_core.schema.definitions import Routine
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.kinds import ref_of
from migrate_core.schema.objects import Policy
from migrate_core.schema.refs import RELATIONS, ObjectKind, Ref
from migrate_core.schema.rights import may
from migrate_core.schema.triggers import FIRES, firing
from migrate_core.schema.users import WRITING, callers, holders, in_words, may_use
from migrate_core.schema.viewed import named_in

# What calls a routine with the rights of who writes, reads or asks; never those of its own owner.
_CALLING = frozenset(
    [ObjectKind.CONSTRAINT, ObjectKind.DEFAULT, ObjectKind.INDEX, ObjectKind.COLUMN]
)
_USING = WRITING | {"SELECT"}


def by_policy(graph: SchemaGraph, ref: Ref) -> Iterator[Reason]:
    """What a policy reads it reads with the rights of who is held to it, whatever it then says."""
    table, policy = ref.relation, graph.get(ref)
    found = graph.table(table)
    if found is None or not found.row_security or not isinstance(policy, Policy):
        return
    asked = _USING if policy.command == "all" else {policy.command.upper()}
    held = holders(graph, table, asked)
    roles = held if PUBLIC in policy.roles or PUBLIC in held else held & set(policy.roles)
    read = {*named_in(policy.using or ""), *named_in(policy.check or "")} - {table}
    for name in sorted(one for one in read if graph.relation(one)):
        if refused := [role for role in roles if not may_use(graph, name, role, "SELECT")]:
            yield NARROWS_ACCESS.because(
                f"policy {policy.name} reads {name}, and {in_words(refused)} may not:"
                f" what they do with {table} fails",
                level=Level.HIGH,
            )


def without_owner(graph: SchemaGraph, was: Routine | None, new: Routine) -> Iterator[Reason]:
    """A routine that acted with its owner's rights, and does so no more."""
    if was is None or not acts_as_owner(was) or acts_as_owner(new):
        return
    if new.result == "trigger":
        yield from _of_triggers(graph, new)
        return
    if refused := _refused(graph, new, callers(graph, ref_of(new))):
        said = f"{new.name} acts with the rights of who calls it: {refused}"
        yield NARROWS_ACCESS.because(said, level=Level.HIGH)


def _of_triggers(graph: SchemaGraph, routine: Routine) -> Iterator[Reason]:
    for table in graph.tables:
        for trigger in table.triggers:
            how = firing(trigger)
            if not how or how.routine != routine.name or trigger.enabled not in FIRES:
                continue
            if refused := _refused(graph, routine, holders(graph, table.name, how.events)):
                yield TRIGGER_FAILS.because(
                    f"trigger {trigger.name} of {table.name}: {routine.name} acts with the rights"
                    f" of who writes: {refused}"
                )


def _refused(graph: SchemaGraph, routine: Routine, roles: Collection[str]) -> str:
    """In words: who lacks what it needs."""
    found = [
        f"{in_words(lacking)} may not {privilege} {name}"
        for privilege, name in touched(graph, routine)
        if (lacking := [role for role in roles if not may_use(graph, name, role, privilege)])
    ]
    return "; ".join(found)


def by_revoke(graph: SchemaGraph, routine: Ref, grantee: str) -> Iterator[Reason]:
    """What calls the routine for whoever writes a table, and for whom it may not any more."""
    found: dict[QualifiedName, str] = {}
    for user in users(graph, routine, acts_as_owner):
        for relation in _written_with(graph, user):
            held = holders(graph, relation, _USING if user.kind is ObjectKind.POLICY else WRITING)
            roles = held if grantee == PUBLIC else held & {grantee}
            refused = [role for role in roles if not may(graph, routine, role, "EXECUTE")]
            if refused:
                found.setdefault(relation, f"{user.kind} {user}: {in_words(refused)}")
    if found:
        said = "; ".join(list(found.values())[:3])
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
        yield NARROWS_ACCESS.because(
            f"{routine} is called with the rights of who runs a statement, by {said}{more}",
            level=Level.HIGH,
        )


def _written_with(graph: SchemaGraph, user: Ref) -> Iterator[QualifiedName]:
    """Relations whose statements call what `user` does."""
    if user.kind is ObjectKind.DOMAIN:
        of_it = (ref for ref in graph.dependents.get(user, ()) if graph.get(ref) is not None)
        kinds = RELATIONS | {ObjectKind.COLUMN}
        yield from dict.fromkeys(ref.relation for ref in of_it if ref.kind in kinds)
    elif user.kind in _CALLING:
        yield user.relation
    elif user.kind is ObjectKind.POLICY:
        table = graph.table(user.relation)
        if table and table.row_security:
            yield table.name
