"""Which casts PostgreSQL has between its own types, and what to write where it has none.

Source: pg_cast of PostgreSQL 14.20 to 18.1; those that only 18 has (integers and bytea) are
left out, because what is written must run on 14 too.
"""

from __future__ import annotations

import re
from enum import StrEnum

from migrate_core.pg.ddl import ddl, raw


class Cast(StrEnum):
    ASSIGNED = "assigned"  # PostgreSQL casts by itself when a value is stored
    EXPLICIT = "explicit"  # only where somebody writes the cast
    NONE = "none"


STRINGS = frozenset({"text", "character varying", "character", "name", "bpchar"})
INTEGERS = frozenset({"smallint", "integer", "bigint"})
NUMBERS = INTEGERS | {"numeric", "real", "double precision"}
OID_NAMES = frozenset(
    {
        *("regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper"),
        *("regoperator", "regproc", "regprocedure", "regrole", "regtype"),
    }
)
_OIDS = OID_NAMES | {"oid"}
_ASSIGNED: dict[str, frozenset[str]] = {
    '"char"': STRINGS,
    "smallint": NUMBERS | _OIDS,
    "integer": NUMBERS | _OIDS | {"money"},
    "bigint": NUMBERS | _OIDS | {"money"},
    "numeric": NUMBERS | {"money"},
    "real": NUMBERS,
    "double precision": NUMBERS,
    "money": frozenset({"numeric"}),
    "oid": frozenset({"integer", "bigint"}) | OID_NAMES,
    **{name: frozenset({"integer", "bigint", "oid"}) for name in OID_NAMES},
    "regoper": frozenset({"integer", "bigint", "oid", "regoperator"}),
    "regoperator": frozenset({"integer", "bigint", "oid", "regoper"}),
    "regproc": frozenset({"integer", "bigint", "oid", "regprocedure"}),
    "regprocedure": frozenset({"integer", "bigint", "oid", "regproc"}),
    "bit": frozenset({"bit varying"}),
    "bit varying": frozenset({"bit"}),
    "box": frozenset({"polygon"}),
    "path": frozenset({"polygon"}),
    "point": frozenset({"box"}),
    "polygon": frozenset({"path"}),
    "cidr": frozenset({"inet"}),
    "inet": frozenset({"cidr"}),
    "macaddr": frozenset({"macaddr8"}),
    "macaddr8": frozenset({"macaddr"}),
    "json": frozenset({"jsonb"}),
    "jsonb": frozenset({"json"}),
    "date": frozenset({"timestamp with time zone", "timestamp without time zone"}),
    "interval": frozenset({"time without time zone"}),
    "time with time zone": frozenset({"time without time zone"}),
    "time without time zone": frozenset({"interval", "time with time zone"}),
    "timestamp with time zone": frozenset(
        {"date", "time with time zone", "time without time zone", "timestamp without time zone"}
    ),
    "timestamp without time zone": frozenset(
        {"date", "time without time zone", "timestamp with time zone"}
    ),
    "text": STRINGS | {'"char"', "regclass"},
    "character varying": STRINGS | {'"char"', "regclass"},
    "character": STRINGS | {'"char"'},
}
_EXPLICIT: dict[str, frozenset[str]] = {
    '"char"': frozenset({"integer"}),
    "integer": frozenset({'"char"', "bit", "boolean"}),
    "bigint": frozenset({"bit"}),
    "bit": frozenset({"integer", "bigint"}),
    "boolean": frozenset({"integer"}),
    "box": frozenset({"circle", "lseg", "point"}),
    "circle": frozenset({"box", "point", "polygon"}),
    "lseg": frozenset({"point"}),
    "polygon": frozenset({"box", "circle", "point"}),
    "jsonb": NUMBERS | {"boolean"},
    "xid8": frozenset({"xid"}),
    "daterange": frozenset({"datemultirange"}),
    "int4range": frozenset({"int4multirange"}),
    "int8range": frozenset({"int8multirange"}),
    "numrange": frozenset({"nummultirange"}),
    "tsrange": frozenset({"tsmultirange"}),
    "tstzrange": frozenset({"tstzmultirange"}),
}
_MODIFIER = re.compile(r"\([\d, -]+\)")


def plain(type_: str) -> str:
    """A type as format_type() prints it, without its length, precision or fields."""
    bare = _MODIFIER.sub("", type_)
    if bare.startswith("interval "):
        return "interval" + ("[]" if bare.endswith("[]") else "")
    return bare


def between(old: str, new: str) -> Cast:
    """Neither is a domain: PostgreSQL casts from and to what a domain is over.

    Whatever it is, a value becomes a string when it is stored, and a string becomes anything
    where that is written: by the types' own text form. Arrays are cast by their elements.
    """
    was, now = plain(old), plain(new)
    if was == now:
        return Cast.ASSIGNED
    if was.endswith("[]") and now.endswith("[]"):
        return between(was[:-2], now[:-2])
    if now in STRINGS or now in _ASSIGNED.get(was, ()):
        return Cast.ASSIGNED
    if was in STRINGS or now in _EXPLICIT.get(was, ()):
        return Cast.EXPLICIT
    return Cast.NONE


def using(column: str, old: str, new: str, written: str = "") -> str | None:
    """What follows USING, or None where PostgreSQL casts by itself.

    Never written there: an explicit cast to varchar(n) would cut values without a word.
    `written` is the domain over `new` that the column is to be of.
    Where there is no cast, the value goes by way of its text: that suits an empty column and
    every value that reads as the new type, and fails on the others.
    """
    found = between(old, new)
    if found is Cast.ASSIGNED:
        return None
    was, now = plain(old), plain(new)
    if now == "boolean" and was in NUMBERS and found is Cast.NONE:
        return ddl("({column} <> 0){type}", column=column, type=_written("", written))
    through = "::text" if found is Cast.NONE or "." in was or "." in now else ""
    if was == "boolean" and now in NUMBERS and found is Cast.NONE:
        through = "::integer"
    return ddl(
        "{column}{through}{type}", column=column, through=raw(through), type=_written(new, written)
    )


def _written(new: str, written: str) -> str:
    return raw(f"::{written or new}" if written or new else "")


def by_text(old: str, new: str) -> bool:
    """Whether the value goes by way of its text, so that it may not be one of the new type."""
    was, now = plain(old), plain(new)
    found = between(old, new)
    if found is Cast.NONE:
        return not (("boolean" in (was, now)) and {was, now} & NUMBERS)
    return found is Cast.EXPLICIT and (was in STRINGS or "." in was + now)


def comparable(one: str, other: str) -> bool:
    """Whether an index can compare the two, as the two sides of a foreign key are."""
    pair = {plain(one), plain(other)}
    return len(pair) == 1 or any(pair <= family for family in _FAMILIES)


_FAMILIES = (
    INTEGERS,
    frozenset({"real", "double precision"}),
    frozenset({"date", "timestamp with time zone", "timestamp without time zone"}),
    frozenset({"text", "character varying", "name"}),
    frozenset({"inet", "cidr"}),
    _OIDS,
)
