"""What pg_depend tells of objects that lean on each other, as references."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_core.introspection.snapshot import Document
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Value
from migrate_core.schema.refs import RELATIONS, WRITTEN_WHOLE, ObjectKind, Ref

Address = tuple[str, tuple[str, ...], str, str, str, str]


class Depends(Value, frozen=True, kw_only=True):
    """`addresses`: type, names, schema, identity, relkind or typtype, an index's table."""

    addresses: tuple[Address, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()


DEPENDS = Document("depends", Depends)

# As pg_identify_object_as_address() calls them; a relation's kind comes from its relkind.
_KINDS = {
    "function": ObjectKind.ROUTINE,
    "procedure": ObjectKind.ROUTINE,
    "aggregate": ObjectKind.ROUTINE,
    "table column": ObjectKind.COLUMN,
    "foreign table column": ObjectKind.COLUMN,
    "default value": ObjectKind.DEFAULT,
    "table constraint": ObjectKind.CONSTRAINT,
    "statistics object": ObjectKind.STATISTICS,
    "publication": ObjectKind.PUBLICATION,
    **{kind.value: kind for kind in ObjectKind},
}
_RELKINDS = {
    "r": ObjectKind.TABLE,
    "p": ObjectKind.TABLE,
    "f": ObjectKind.TABLE,
    "v": ObjectKind.VIEW,
    "m": ObjectKind.MATERIALIZED_VIEW,
    "S": ObjectKind.SEQUENCE,
    "i": ObjectKind.INDEX,
    "I": ObjectKind.INDEX,
}
_TYPES = {
    "e": ObjectKind.ENUM,
    "d": ObjectKind.DOMAIN,
    "c": ObjectKind.COMPOSITE,
    "r": ObjectKind.RANGE,
    "b": ObjectKind.BASE_TYPE,
}


def references(found: Depends) -> tuple[tuple[Ref, Ref], ...]:
    """(object, what it needs), in order."""
    refs = [_ref(*address) for address in found.addresses]
    return tuple(sorted(set(_edges(found, refs))))


def _edges(found: Depends, refs: list[Ref | None]) -> Iterator[tuple[Ref, Ref]]:
    for at, needed_at in found.edges:
        one, needed = refs[at], refs[needed_at]
        if one is not None and needed is not None and one != needed:
            yield one, needed


def _ref(
    type_: str, names: tuple[str, ...], schema: str, identity: str, letter: str, table: str
) -> Ref | None:
    kind = _TYPES.get(letter) if type_ in ("type", "domain") else _KINDS.get(type_)
    if letter and kind in (None, *RELATIONS, ObjectKind.SEQUENCE, ObjectKind.INDEX):
        kind = _RELKINDS.get(letter, kind)
    if kind is None:
        return None
    if kind is ObjectKind.INDEX:
        return Ref(kind, names[0], table, names[1])
    if kind in (ObjectKind.SCHEMA, ObjectKind.EXTENSION):
        return Ref(kind, name=names[0])
    if kind is ObjectKind.TRANSFORM:
        identity = identity.replace(" on language ", " language ")
    if kind in WRITTEN_WHOLE:
        return Ref(kind, _unquoted(schema), identity)
    if kind in _TYPES.values():
        return Ref.of(kind, QualifiedName.parse(identity))
    return Ref(kind, *names[:3])


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
