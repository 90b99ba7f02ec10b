"""Kept values beside live ones: what a row lacks, where it has a value of its own, what is missing.

A value that was kept as NULL is never put back: a row written since cannot be told from one
that held none. Values are compared byte by byte, so that every type can be: two spellings of
one number differ. IS DISTINCT FROM NULL asks whether a value as a whole is there, where IS NOT
NULL would ask each field of a composite one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from migrate_core.pg.ddl import Raw, ddl, raw
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.objects import Value

Reference = tuple[tuple[str, ...], QualifiedName, tuple[str, ...]]  # columns, table, its columns


class Pair(Value, frozen=True, kw_only=True):
    """One column, live and kept, as text of SQL expressions."""

    live: str
    kept: str

    @property
    def fills(self) -> str:
        """The row has none, and one was kept."""
        return ddl(
            "{live} IS NOT DISTINCT FROM NULL AND {kept} IS DISTINCT FROM NULL", **self._texts
        )

    @property
    def differs(self) -> str:
        """One was kept that the row has not: it holds another one, or none."""
        return ddl(
            "{kept} IS DISTINCT FROM NULL AND pg_catalog.record_image_ne(ROW({live}), ROW({kept}))",
            **self._texts,
        )

    @property
    def conflicts(self) -> str:
        """The row has a value of its own where another was kept."""
        return ddl(
            "{live} IS DISTINCT FROM NULL AND {differs}",
            live=raw(self.live),
            differs=raw(self.differs),
        )

    @property
    def _texts(self) -> dict[str, Raw]:
        return {"live": raw(self.live), "kept": raw(self.kept)}


def pairs(columns: Sequence[str], *, live: str, kept: str) -> tuple[Pair, ...]:
    """Of the same names on both sides; `live` and `kept` are what the rows are called."""
    return tuple(
        Pair(
            live=ddl("{row}.{name}", row=raw(live), name=name),
            kept=ddl("{row}.{name}", row=raw(kept), name=name),
        )
        for name in columns
    )


def any_of(conditions: Iterable[str]) -> str:
    """Whether one of them holds; false where there is none."""
    found = tuple(conditions)
    joined = " OR ".join(f"({c})" for c in found) if len(found) > 1 else "".join(found)
    return joined or "false"


def same(columns: Sequence[str], one: str, other: str, others: Sequence[str] = ()) -> str:
    """Equal in these columns; `others` where the other side calls them otherwise."""
    named = zip(columns, others or columns, strict=True)
    return " AND ".join(
        ddl("{one}.{mine} = {other}.{theirs}", one=raw(one), mine=m, other=raw(other), theirs=t)
        for m, t in named
    )


def is_free(
    live: QualifiedName,
    kept: str,
    *,
    unique: Sequence[tuple[str, ...]],
    references: Sequence[Reference],
) -> str:
    """Whether a kept row breaks no unique rule of the live table and refers to nothing gone."""
    found = [_without(live, same(columns, "t", kept)) for columns in unique]
    for columns, table, theirs in references:
        null = any_of(ddl("{kept}.{name} IS NULL", kept=raw(kept), name=c) for c in columns)
        there = ddl(
            "EXISTS (SELECT FROM {table} AS t WHERE {same})",
            table=table,
            same=raw(same(columns, kept, "t", theirs)),
        )
        itself = f" OR {same(columns, kept, kept, theirs)}" if table == live else ""
        found.append(f"({null} OR {there}{itself})")
    return " AND ".join(found) or "true"


def is_missing(live: QualifiedName, kept: str, key: Sequence[str]) -> str:
    return _without(live, same(key, "t", kept))


def _without(live: QualifiedName, condition: str) -> str:
    return ddl("NOT EXISTS (SELECT FROM {live} AS t WHERE {same})", live=live, same=raw(condition))
