"""What a change of a column's type costs: measured rules, not guesses.

Source: lock and rewrite of each ALTER TYPE observed on PostgreSQL 15.18 and 18.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from migrate_core.pg.ddl import ddl, literal, raw
from migrate_core.schema.casts import OID_NAMES, by_text


class TypeChange(StrEnum):
    FREE = "free"  # every value fits as it is stored
    REWRITE = "rewrite"
    NARROW = "narrow"  # a rewrite in which values may not fit


_SAME_FORM = {("cidr", "inet"), ("xml", "text"), ("xml", "character varying")}
_OIDS = OID_NAMES | {"oid", "integer"}
_TYPE = re.compile(r"^(?P<base>[^()]+?)(?:\((?P<args>[\d, -]+)\))?(?P<rest>[^()]*)$")
_STRINGS = {"text", "character varying", "character", '"char"', "name"}
_INTEGERS = {"smallint": 2, "integer": 4, "bigint": 8}
BOUNDS = {"smallint": 15, "integer": 31, "bigint": 63}
_TIMES = {
    "timestamp without time zone",
    "timestamp with time zone",
    "time without time zone",
    "time with time zone",
    "interval",
}


# Source: pg_cast on PostgreSQL 14 to 18, castcontext 'i', of types that applications pass.
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
_TEXTS = {"text", "character", "character varying", "name"}
_IMPLICIT = {
    **{number: {*_NUMBERS[at + 1 :]} for at, number in enumerate(_NUMBERS)},
    **{text: _TEXTS - {text} for text in _TEXTS - {"name"}},
    "name": {"text"},
    '"char"': {"text"},
    "date": {"timestamp without time zone", "timestamp with time zone"},
    "timestamp without time zone": {"timestamp with time zone"},
    "time without time zone": {"time with time zone", "interval"},
    "bit": {"bit varying"},
    "bit varying": {"bit"},
    "cidr": {"inet"},
    "macaddr": {"macaddr8"},
    "macaddr8": {"macaddr"},
}


def is_implicit(given: str, wanted: str) -> bool:
    """Whether a function that wants the one type is found for a value of the other."""
    return given == wanted or wanted in _IMPLICIT.get(given, ())


def split(type_: str) -> tuple[str, tuple[int, ...]]:
    match = _TYPE.match(type_)
    if match is None:
        return type_, ()
    args = tuple(int(n) for n in (match["args"] or "").split(",") if n.strip())
    return f"{match['base']}{match['rest']}".strip(), args


def change(old: str, new: str) -> TypeChange:
    """What ALTER TYPE from `old` to `new` does (both as format_type() prints them)."""
    if old == new:
        return TypeChange.FREE
    before, after = split(old), split(new)
    if _is_free(before, after):
        return TypeChange.FREE
    return TypeChange.NARROW if _is_narrow(before, after) else TypeChange.REWRITE


def _is_free(old: tuple[str, tuple[int, ...]], new: tuple[str, tuple[int, ...]]) -> bool:
    (was, had), (now, has) = old, new
    if was in ("text", "character varying") and now in ("text", "character varying"):
        return not has or (bool(had) and was == "character varying" and has[0] >= had[0])
    if (was, now) in _SAME_FORM or ({was, now} <= _OIDS and "oid" in (was, now)):
        return True
    if {was, now} == {"timestamp without time zone", "timestamp with time zone"}:
        return had == has  # the apply session's TimeZone is UTC
    if (was, now) == ("bit", "bit varying"):
        return not has or (bool(had) and has[0] >= had[0])
    if was != now:
        return False
    if now == "numeric":
        return not has or (bool(had) and has[0] >= had[0] and has[1:] == had[1:])
    if now == "bit varying" or now in _TIMES:
        return not has or (bool(had) and has[0] >= had[0])
    return False


def crosses_zones(old: str, new: str) -> bool:
    """Whether one of the two is a time of a zone and the other a time of none."""
    zoned = [split(type_)[0] == "timestamp with time zone" for type_ in (old, new)]
    dated = [split(type_)[0].startswith(("timestamp", "date")) for type_ in (old, new)]
    return all(dated) and zoned[0] != zoned[1]


def _is_narrow(old: tuple[str, tuple[int, ...]], new: tuple[str, tuple[int, ...]]) -> bool:
    (was, had), (now, has) = old, new
    if was.endswith("[]") and now.endswith("[]"):
        return _is_narrow((was[:-2], had), (now[:-2], has))  # element by element
    if was in _INTEGERS and now in _INTEGERS:
        return _INTEGERS[now] < _INTEGERS[was]
    if now in _STRINGS:
        longest = had[0] if was in _STRINGS and had else _LONGEST.get(was)
        return bool(has) and (longest is None or has[0] < longest)
    if was in _STRINGS:
        return True
    if now == "numeric" and has and was in _DIGITS:
        return _digits(has) < _DIGITS[was]
    if now == "numeric":
        fewer = not had or _digits(has or had) < _digits(had) or _scale(has or had) < _scale(had)
        return bool(has) and (was != "numeric" or fewer)
    return (was, now) not in _WIDER


def _digits(args: tuple[int, ...]) -> int:
    """Before the point."""
    return args[0] - _scale(args)


def _scale(args: tuple[int, ...]) -> int:
    return args[1] if len(args) > 1 else 0


_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
# As text, of the values that are the longest.
_LONGEST = {"smallint": 6, "integer": 11, "bigint": 20, "boolean": 5, "uuid": 36}
_WIDER = {
    ("smallint", "real"),  # which has 24 bits for digits
    ("smallint", "double precision"),
    ("integer", "double precision"),  # 53
    *(("boolean", number) for number in _INTEGERS),
    ("real", "double precision"),
    ("json", "jsonb"),
    ("date", "timestamp without time zone"),
    ("date", "timestamp with time zone"),
}


_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$"
_WHOLE = r"^\s*[+-]?\d+\s*$"
_PATTERNS = {
    "numeric": _NUMBER,
    "real": r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$",
    "double precision": r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$",
    "uuid": r"^\s*\{?[0-9a-fA-F]{4}(-?[0-9a-fA-F]{4}){7}\}?\s*$",
    "boolean": r"^\s*(t|f|true|false|y|n|yes|no|on|off|1|0)\s*$",
}


def misfits(column: str, old: str, new: str) -> str | None:
    """An SQL condition that holds for values the new type does not take.

    None where every value fits. What no condition can say on every major is asked through
    pg_input_is_valid() (16 and later): on an older one the probe errs, and unknown is risk.
    """
    if change(old, new) is not TypeChange.NARROW:
        return None
    (was, _had), (now, has) = split(old), split(new)
    if "[]" in was + now:
        return ddl(
            "NOT pg_input_is_valid({column}::text, {type})", column=column, type=literal(new)
        )
    names = {"column": column}
    if now in _INTEGERS and (was in _INTEGERS or was in ("numeric", "real", "double precision")):
        return ddl("{column} NOT BETWEEN {low} AND {high}", **names, **_range(now))
    if now in _STRINGS and has:
        size = raw(str(has[0]))
        return ddl("char_length({column}::text) > {size}", **names, size=size)
    if now == "numeric" and has and was not in _STRINGS:
        scale = raw(str(has[1] if len(has) > 1 else 0))
        limit = raw(f"1e{_digits(has)}::numeric")
        return ddl(
            "abs(round({column}::numeric, {scale})) >= {limit}", **names, scale=scale, limit=limit
        )
    return _misfits_of_text(column, now, new) if by_text(old, new) else None


def rounded(column: str, old: str, new: str) -> str | None:
    """An SQL condition that holds for values which the new type takes, but not as they are.

    Where the cast itself fails, for what misfits() finds, the condition may fail as well.
    """
    if change(old, new) is not TypeChange.NARROW:
        return None
    (was, _had), (now, has) = split(old), split(new)
    names = {"column": column}
    if was in _EXACT and now in _INTEGERS:
        return ddl("{column} <> round({column})", **names) if was not in _INTEGERS else None
    if was in _EXACT and now == "numeric" and has:
        whole = was in _INTEGERS and _scale(has) >= 0
        condition = "{column}::numeric <> round({column}::numeric, {scale})"
        return None if whole else ddl(condition, **names, scale=raw(str(_scale(has))))
    if (was in _EXACT and now in _FLOATS) or _is_time(was, now):
        back = "({column}::{new})::{old} <> {column}"
        return ddl(back, **names, new=raw(new), old=raw(old))
    return None


def loses_exactness(old: str, new: str) -> bool:
    """Whether decimal numbers become binary ones, which hold whole numbers of some digits alone."""
    (was, had), (now, _has) = split(old.removesuffix("[]")), split(new.removesuffix("[]"))
    if was != "numeric" or now not in _FLOATS:
        return False
    return not had or _scale(had) > 0 or had[0] > _FLOATS[now]


def unlabelled(column: str, labels: Iterable[str]) -> str:
    """The condition of misfits() for an enum, which may not be there yet."""
    known = raw(", ".join(map(literal, labels)))
    return ddl("{column}::text NOT IN ({known})", column=column, known=known)


_FLOATS = {"real": 6, "double precision": 15}  # decimal digits that they keep
_EXACT = {*_INTEGERS, "numeric", *_FLOATS}


def _is_time(was: str, now: str) -> bool:
    same = was == now and now in _TIMES
    return same or (was.startswith("timestamp") and now == "date")


def is_told(old: str, new: str) -> bool:
    """Whether misfits() and rounded() find each value that the new type does not keep."""
    if change(old, new) is not TypeChange.NARROW:
        return False
    (was, _had), (now, has) = split(old), split(new)
    if "[]" in was + now:
        return False
    if (was in _EXACT and now in _EXACT) or _is_time(was, now):
        return True
    if now in _STRINGS:
        return was in _STRINGS and bool(has)
    named = "." in now and misfits("x", old, new) is not None  # an enum, asked by its input
    return was in _STRINGS and (now in {*_INTEGERS, "uuid", "boolean"} or named)


def _misfits_of_text(column: str, now: str, new: str) -> str:
    if now in _INTEGERS:
        number = literal(_WHOLE)
        return ddl(
            "CASE WHEN {column}::text ~ {number}"
            " THEN {column}::text::numeric NOT BETWEEN {low} AND {high}"
            " ELSE {column} IS NOT NULL END",
            column=column,
            number=number,
            **_range(now),
        )
    if now in _PATTERNS:
        return ddl("{column}::text !~* {pattern}", column=column, pattern=literal(_PATTERNS[now]))
    return ddl("NOT pg_input_is_valid({column}::text, {type})", column=column, type=literal(new))


def _range(type_: str) -> dict[str, str]:
    top = 2 ** BOUNDS[type_]
    return {"low": raw(str(-top)), "high": raw(str(top - 1))}
