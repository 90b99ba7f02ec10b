"""The SQL that takes a checksum of rows: order-independent, any type, 14 to 18.

`row::text` changes with six settings and an XOR misses rows that come in pairs; the binary
form of a row and two 64-bit sums of its md5 do neither. A type of our own database has
another number on another server, and `reg*` is sent as such a number: these go as text,
under the settings of FIXED_SETTINGS.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrate_core.pg.ddl import ddl, literal, raw
from migrate_core.pg.names import QualifiedName

ALGORITHM = "md5sum2/2"  # stored beside every checksum; a new way of counting is a new name

# What the text form of a value depends on besides the value.
FIXED_SETTINGS = (
    ("search_path", ""),
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("client_encoding", "UTF8"),
    ("xmloption", "content"),
    ("lc_monetary", "C"),
)

_WITHOUT_BINARY_FORM = ("reg", "aclitem", "gtsvector")


def has_binary_form(type_text: str) -> bool:
    """Whether a type is PostgreSQL's own, so that its binary form is the same on any server.

    `type_text` is what format_type() prints under an empty search_path: there every type
    outside pg_catalog is written with its schema.
    """
    return "." not in type_text and not type_text.startswith(_WITHOUT_BINARY_FORM)


def checksum_query(
    relation: QualifiedName, columns: Sequence[tuple[str, str]], *, where: str | None = None
) -> str:
    """A query that answers one text: algorithm, number of rows, two sums.

    `columns` are (name, type as format_type() prints it), in an order that the caller
    keeps: the copy is asked with the same types in the same order. The clock is asked, and its
    answer dropped, so that the planner does not write the digest out twice: a subquery that
    holds something volatile stays one, and parallel workers share it. Three times as fast as
    the digest's own hex digits, taken as numbers (benchmarks/recovery.py).
    """
    return ddl(
        "SELECT concat_ws(':', '{algorithm}', count(*), {first}, {second}) FROM"
        " (SELECT md5(record_send(ROW({row}))) AS h, clock_timestamp() FROM ONLY {relation} AS t"
        "{where}) AS rows",
        algorithm=raw(ALGORITHM),
        first=raw(_sum(1)),
        second=raw(_sum(2)),
        row=raw(", ".join(_value(name, type_text) for name, type_text in columns)),
        relation=relation,
        where=raw(f" WHERE {where}" if where else ""),
    )


def count_query(
    relation: QualifiedName, *, where: str | None = None, inherited: bool = False
) -> str:
    """`inherited`: with the rows of partitions and of what inherits from it."""
    condition = raw(f" WHERE {where}" if where else "")
    return ddl(
        "SELECT count(*) FROM {only}{relation} AS t{where}",
        only=raw("" if inherited else "ONLY "),
        relation=relation,
        where=condition,
    )


def size_query(relation: QualifiedName) -> str:
    """Bytes on disk, indexes and TOAST included."""
    name = literal(str(relation))
    return ddl("SELECT pg_total_relation_size(to_regclass({name}))", name=name)


def _value(name: str, type_text: str) -> str:
    value = ddl("t.{name}", name=name)
    return value if has_binary_form(type_text) else f"({value})::text"


def _sum(seed: int) -> str:
    """The digest as a 64-bit number, in two ways that know nothing of each other. PostgreSQL
    places rows in hash partitions by these numbers, so they stay what they are."""
    return f"coalesce(sum(hashtextextended(h, {seed})), 0)"
