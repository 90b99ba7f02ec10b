"""Values that are written down as a column's default, and whether its type holds them.

PostgreSQL takes any: it makes them the column's own when a row gets one, and fails then.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

from migrate_core.schema.types import BOUNDS, split

# As pg_get_expr() prints them, and as a person writes them.
_TEXT = re.compile(r"'(?P<text>(?:[^']|'')*)'(?:::(?:character varying|text|bpchar))?")
_NUMBER = re.compile(
    r"(?P<bare>-?\d+(?:\.\d+)?)|'(?P<text>-?\d+(?:\.\d+)?)'::(?:smallint|integer|bigint|numeric)"
)
_STRINGS = ("character varying", "character")
_DIGITS = 2000  # more than numeric has


def is_beyond(default: str | None, type_: str) -> bool:
    """False for what is computed, or is no text and no number: nobody knows that from here."""
    base, args = split(type_)
    text = _TEXT.fullmatch(default or "")
    number = _NUMBER.fullmatch(default or "")
    if base in _STRINGS and args:
        given = text["text"].replace("''", "'") if text else _digits(number)
        return len(given.rstrip(" ")) > args[0]  # blanks at the end are cut without a word
    if number is None:
        return False
    if base in BOUNDS:
        top = 2 ** BOUNDS[base]
        return not -top <= _rounded(_digits(number), 0) < top
    if base == "numeric" and args:
        digits, scale = (*args, 0)[:2]
        return abs(_rounded(_digits(number), scale)) >= Decimal(10) ** (digits - scale)
    return False


def _digits(number: re.Match[str] | None) -> str:
    return (number["bare"] or number["text"]) if number else ""


def _rounded(digits: str, scale: int) -> Decimal:
    with localcontext(prec=_DIGITS):
        return Decimal(digits).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
