"""What one look through a schema tells, found once and kept by copies for which it still holds.

A schema of ten thousand tables is copied at each step of a plan; looking through all of them
at each step would make planning quadratic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from migrate_core.pg.names import QualifiedName
from migrate_core.schema.access import Owner, Privilege
from migrate_core.schema.objects import Sequence, Table
from migrate_core.schema.refs import ObjectKind, Ref

K = TypeVar("K")
V = TypeVar("V")
Depends = Iterable[tuple[Ref, Ref]]


class Index:
    """Objects by their keys. A copy with one changed shares the others."""

    __slots__ = ("_all", "_changed")

    def __init__(self, things: Iterable[Any]) -> None:
        self._all = {thing.key: thing for thing in things}
        self._changed: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        return self._changed[key] if key in self._changed else self._all.get(key)

    def with_changed(self, old: Any, new: Any) -> Index:
        made = Index(())
        gone = {} if old is None else {old.key: None}
        come = {} if new is None else {new.key: new}
        made._all, made._changed = self._all, {**self._changed, **gone, **come}
        return made


# Lookups of a graph: the fields that each is computed of.
SOURCES: Mapping[str, frozenset[str]] = {
    "children": frozenset({"tables"}),
    "referring": frozenset({"tables"}),
    "named_not_nulls": frozenset({"tables"}),
    "owned_sequences": frozenset({"sequences"}),
    "enum_names": frozenset({"enums"}),
    "needs_of": frozenset({"depends"}),
    "dependents": frozenset({"depends"}),
    "calls": frozenset({"depends"}),
    "owner_of": frozenset({"owners"}),
    "privileges_of": frozenset({"privileges"}),
}


def children(tables: Iterable[Table]) -> Mapping[QualifiedName, tuple[QualifiedName, ...]]:
    found: dict[QualifiedName, list[QualifiedName]] = defaultdict(list)
    for table in tables:
        for parent in table.parents:
            found[parent].append(table.name)
    return _fixed(found)


def referring(tables: Iterable[Table]) -> Mapping[QualifiedName, tuple[QualifiedName, ...]]:
    found: dict[QualifiedName, list[QualifiedName]] = defaultdict(list)
    for table in tables:
        for other in sorted(_referred(table)):
            found[other].append(table.name)
    return _fixed(found)


def named_not_nulls(tables: Iterable[Table]) -> frozenset[QualifiedName]:
    return frozenset(name for table in tables for name in _rules(table))


def owned_sequences(
    sequences: Iterable[Sequence],
) -> Mapping[QualifiedName, tuple[QualifiedName, ...]]:
    found: dict[QualifiedName, list[QualifiedName]] = defaultdict(list)
    for sequence in sequences:
        if sequence.owned_by:
            found[sequence.owned_by.table].append(sequence.name)
    return _fixed(found)


def needs_of(depends: Depends) -> Mapping[Ref, tuple[Ref, ...]]:
    found: dict[Ref, list[Ref]] = defaultdict(list)
    for one, needed in depends:
        found[one].append(needed)
    return _fixed(found)


def dependents(depends: Depends) -> Mapping[Ref, tuple[Ref, ...]]:
    return needs_of((needed, one) for one, needed in depends)


def calls(depends: Depends) -> tuple[tuple[Ref, Ref], ...]:
    return tuple(pair for pair in depends if pair[1].kind is ObjectKind.ROUTINE)


def owner_of(owners: Iterable[Owner]) -> Mapping[Ref, str]:
    return {owner.object: owner.role for owner in owners}


def privileges_of(privileges: Iterable[Privilege]) -> Mapping[Ref, tuple[Privilege, ...]]:
    found: dict[Ref, list[Privilege]] = defaultdict(list)
    for privilege in privileges:
        found[privilege.object].append(privilege)
    return _fixed(found)


def kept(old: Any, new: Any) -> Iterable[str]:
    """Lookups that hold although one object became another; None where it came or went."""
    one = type(old if new is None else new)
    for name, (kind, of) in _PARTS.items():
        if one is kind and _parts(of, old) == _parts(of, new):
            yield name


def _parts(of: Callable[[Any], frozenset[Any]], thing: Any) -> frozenset[Any]:
    return of(thing) if thing is not None else frozenset()


def _referred(table: Table) -> frozenset[QualifiedName]:
    return frozenset([c.references for c in table.constraints if c.references is not None])


def _rules(table: Table) -> frozenset[QualifiedName]:
    """The names that a table's NOT NULLs have of somebody's choice."""
    rules = [c.not_null_rule for c in table.columns if c.not_null_rule is not None]
    return frozenset(QualifiedName(table.name.schema, rule.name) for rule in rules if rule.name)


# What of an object a lookup holds: where that stays, so does the lookup.
_PARTS: Mapping[str, tuple[type, Callable[[Any], frozenset[Any]]]] = {
    "children": (Table, lambda table: frozenset(enumerate(table.parents))),
    "referring": (Table, _referred),
    "named_not_nulls": (Table, _rules),
    "owned_sequences": (Sequence, lambda sequence: frozenset({sequence.owned_by} - {None})),
}


def _fixed(found: Mapping[K, list[V]]) -> dict[K, tuple[V, ...]]:
    return {key: tuple(values) for key, values in found.items()}
