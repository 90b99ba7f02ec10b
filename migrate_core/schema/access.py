"""Who owns what, and who may do what with it: where that is not what PostgreSQL does by itself.

An object that nobody granted anything on has no value here at all, so a schema without
grants costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from migrate_core.schema.objects import Relation, Thing, Value, share_defaults
from migrate_core.schema.refs import ObjectKind, Ref

OWNER = ""  # the grantee that is the object's owner, whoever that is
PUBLIC = "public"  # the grantee that is everybody: no role can be called so
PUBLIC_SCHEMA = Ref(ObjectKind.SCHEMA, name="public")

State = Literal["granted", "grantable", "revoked"]


class Owner(Value, frozen=True, kw_only=True):
    """An object that belongs to another role than the one that reads the schema."""

    object: Ref
    role: str


class Privilege(Value, frozen=True, kw_only=True):
    """One right that differs from what PostgreSQL gives by itself on that kind of object.

    `revoked` is a right that owner or PUBLIC would have; the rest is a right more, or one
    that may be passed on.
    """

    object: Ref
    grantee: str = OWNER
    privilege: str
    state: State = "granted"

    def __post_init__(self) -> None:
        share_defaults(self)


class DefaultPrivilege(Value, frozen=True, kw_only=True):
    """The same of objects that `role` will make: anywhere, or in one schema, where it only adds."""

    role: str = ""  # none: the role that reads the schema
    schema: str = ""
    objects: str  # "tables", "sequences", "functions", "types", "schemas", "large objects"
    grantee: str = OWNER
    privilege: str
    state: State = "granted"

    def __post_init__(self) -> None:
        share_defaults(self)


_TYPES = (
    ObjectKind.ENUM,
    ObjectKind.DOMAIN,
    ObjectKind.COMPOSITE,
    ObjectKind.RANGE,
    ObjectKind.BASE_TYPE,
)
# What ALTER DEFAULT PRIVILEGES calls objects of a kind.
_PLURALS = {
    ObjectKind.TABLE: "tables",
    ObjectKind.VIEW: "tables",
    ObjectKind.MATERIALIZED_VIEW: "tables",
    ObjectKind.SEQUENCE: "sequences",
    ObjectKind.ROUTINE: "functions",
    ObjectKind.SCHEMA: "schemas",
    **dict.fromkeys(_TYPES, "types"),
}
_VERBS: dict[State, tuple[str, str]] = {
    "granted": ("GRANT", "TO"),
    "grantable": ("GRANT", "TO"),
    "revoked": ("REVOKE", "FROM"),
}
# What everybody may do with what is new, by the plural above or by the kind.
_EVERYBODY = {"functions": "EXECUTE", "types": "USAGE", ObjectKind.LANGUAGE: "USAGE"}


def in_order(privileges: Iterable[Privilege]) -> tuple[Privilege, ...]:
    return tuple(sorted(privileges, key=lambda p: (p.object, p.grantee, p.privilege)))


def defaults_in_order(found: Iterable[DefaultPrivilege]) -> tuple[DefaultPrivilege, ...]:
    key = lambda d: (d.role, d.schema, d.objects, d.grantee, d.privilege)  # noqa: E731
    return tuple(sorted(found, key=key))


def owners_in_order(owners: Iterable[Owner]) -> tuple[Owner, ...]:
    return tuple(sorted(owners, key=lambda owner: owner.object))


def about(default: DefaultPrivilege) -> str:
    """Whose objects it speaks of, and where."""
    whose = f"of {default.role} " if default.role else ""
    where = f" in {default.schema}" if default.schema else ""
    return f"{whose}on {default.objects}{where}"


def in_words(privileges: Iterable[Privilege | DefaultPrivilege]) -> str:
    """One line a grantee, for reading."""
    lines: dict[tuple[str, State], list[str]] = {}
    for one in privileges:
        lines.setdefault((one.grantee, one.state), []).append(one.privilege)
    return "\n".join(
        f"{_VERBS[state][0]} {', '.join(names)} {_VERBS[state][1]}"
        f" {grantee or 'the owner'}{' WITH GRANT OPTION' if state == 'grantable' else ''}"
        for (grantee, state), names in lines.items()
    )


def is_given(ref: Ref, grantee: str, privilege: str) -> bool:
    """Whether PostgreSQL gives the right by itself: to the owner all of them."""
    if ref.kind is ObjectKind.COLUMN:
        return False
    if grantee == PUBLIC:
        if ref == PUBLIC_SCHEMA and privilege == "USAGE":
            return True
        return _EVERYBODY.get(_PLURALS.get(ref.kind, ref.kind)) == privilege
    return grantee == OWNER


def is_given_to_new(default: DefaultPrivilege) -> bool:
    """Whether new objects come with the right wherever nothing else is said."""
    if default.schema:
        return False
    if default.grantee == PUBLIC:
        return _EVERYBODY.get(default.objects) == default.privilege
    return default.grantee == OWNER


def born(defaults: Iterable[DefaultPrivilege], ref: Ref) -> Iterator[Privilege]:
    """What a new object of the role that reads differs in from PostgreSQL's own rights."""
    if ref == PUBLIC_SCHEMA:
        yield Privilege(object=ref, grantee=PUBLIC, privilege="USAGE", state="revoked")
    plural = _PLURALS.get(ref.kind)
    mine = [d for d in defaults if not d.role and d.objects == plural]
    states: dict[tuple[str, str], State] = {
        (d.grantee, d.privilege): d.state for d in mine if not d.schema
    }
    for more in (d for d in mine if d.schema and d.schema == ref.schema):
        key = (more.grantee, more.privilege)
        found = states.pop(key, None)
        if more.state == "grantable" or found == "grantable":
            states[key] = "grantable"
        elif not is_given(ref, *key):
            states[key] = "granted"
    for (grantee, privilege), state in states.items():
        yield Privilege(object=ref, grantee=grantee, privilege=privilege, state=state)


def with_rights_of(thing: Thing, ref: Ref) -> frozenset[Ref]:
    """The object, its columns and the sequences of its identities: what carries rights."""
    found = {ref}
    if isinstance(thing, Relation):
        for column in thing.columns:
            found.add(Ref.of(ObjectKind.COLUMN, thing.name, column.name))
            if column.identity:
                found.add(Ref.of(ObjectKind.SEQUENCE, column.identity.sequence))
        for output in getattr(thing, "outputs", ()):
            found.add(Ref.of(ObjectKind.COLUMN, thing.name, output.name))
    return frozenset(found)


def handed_over(privileges: Iterable[Privilege], ref: Ref, role: str) -> Iterator[Privilege]:
    """An object's rights once it belongs to `role`: what that role had becomes the owner's."""
    states: dict[tuple[str, str], State] = {}
    found = list(privileges)
    for one in sorted(found, key=lambda p: p.grantee == role):
        if one.grantee != role:
            states[one.grantee, one.privilege] = one.state
            continue
        was = states.pop((OWNER, one.privilege), None)
        if "grantable" in (one.state, was):
            states[OWNER, one.privilege] = "grantable"
        elif not is_given(ref, OWNER, one.privilege):
            states[OWNER, one.privilege] = "granted"
    for (grantee, privilege), state in states.items():
        yield Privilege(object=ref, grantee=grantee, privilege=privilege, state=state)


def renamed(privilege: Privilege, ref: Ref) -> Privilege:
    return msgspec.structs.replace(privilege, object=ref)
