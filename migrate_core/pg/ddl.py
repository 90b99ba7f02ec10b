"""Building DDL: the only place that quotes names.

A template is our own text; a part is a name (quoted), several names (quoted, joined by
commas) or `raw()`: text that PostgreSQL itself deparsed, or that a person wrote as SQL
and approved as SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import LiteralString

from msgspec import Struct

from migrate_core.errors import InvalidNameError
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName, quote_ident


class Raw(str):
    """SQL text that is used as it stands."""

    __slots__ = ()


Part = QualifiedName | Raw | str | Iterable[str]


def ddl(template: LiteralString, /, **parts: Part) -> str:
    """Fill a template: `ddl("DROP TABLE {table}", table=QualifiedName("public", "t"))`."""
    return template.format(**{key: _compose(part) for key, part in parts.items()})


def raw(expression: str) -> Raw:
    """An expression that PostgreSQL itself deparsed (format_type, pg_get_expr)."""
    if "\0" in expression:
        raise InvalidNameError(
            "SQL text holds a NUL byte",
            detail="PostgreSQL reads SQL only up to a NUL: what runs would not be what was read.",
            hint="Remove the NUL byte.",
        )
    return Raw(expression)


def literal(value: str) -> Raw:
    """A string constant that reads the same whatever standard_conforming_strings says."""
    raw(value)
    quoted = "'" + value.replace("'", "''").replace("\\", "\\\\") + "'"
    return Raw(" E" + quoted if "\\" in value else quoted)


def _compose(part: Part) -> str:
    if isinstance(part, Raw):
        return part
    if isinstance(part, QualifiedName):
        return str(part)
    if isinstance(part, str):
        return quote_ident(part)
    return ", ".join(quote_ident(name) for name in part)


class Statement(Struct, frozen=True, kw_only=True):
    """One SQL statement and what it takes while it runs.

    `lock` is taken on `on`; `also` lists further relations. `scans` and `rewrites` speak of
    `on`, or of the tables that `reads` names instead: every row read, or every row written,
    inside that lock; `builds`, of an index that is made of all rows; `queries`, of a person's
    query that it runs. What is `inherited` is done to all that inherit from `on`, or are
    partitions of it, under the same lock; what is `cloned`, to partitions alone.
    """

    sql: str
    lock: LockMode | None = None
    on: QualifiedName | None = None
    also: tuple[tuple[QualifiedName, LockMode], ...] = ()
    reads: tuple[QualifiedName, ...] = ()
    scans: bool = False
    rewrites: bool = False
    builds: bool = False
    queries: bool = False
    inherited: bool = False
    cloned: bool = False

    def __str__(self) -> str:
        return self.sql

    def locks(self) -> tuple[tuple[QualifiedName, LockMode], ...]:
        own = ((self.on, self.lock),) if self.on and self.lock else ()
        return own + self.also

    def through(self) -> tuple[QualifiedName, ...]:
        """The tables that it reads or writes from end to end."""
        if not (self.scans or self.rewrites):
            return ()
        return self.reads or ((self.on,) if self.on else ())

    def keeps_waiting(self) -> tuple[QualifiedName, ...]:
        """Those of them that nobody can write meanwhile."""
        held = {table for table, mode in self.locks() if mode.blocks_writes}
        return tuple(table for table in self.through() if table in held)


class StageMode(StrEnum):
    TRANSACTION = "transaction"  # the statements and their ledger row commit together
    CONCURRENT = "concurrent"  # outside a transaction block; recovered by looking
    BATCHED = "batched"  # many transactions, each with its checkpoint


class Batch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A keyset-batched UPDATE: `assign` for rows of `table` that satisfy `where`.

    With `into` those rows are copied there instead, `columns` of them; a row whose key is there
    by then is left alone.
    """

    table: QualifiedName
    key: tuple[str, ...]  # columns of the primary key, in order
    assign: str  # "last_login = created_at"
    where: str  # SQL condition; rows that do not satisfy it are left alone
    into: QualifiedName | None = None
    columns: tuple[str, ...] = ()


class Stage(Struct, frozen=True, kw_only=True):
    """What commits together.

    `observe` (concurrent stages) answers one text from the catalog: `absent`, `invalid`,
    `holds` or `conflict`; `repair` is run when it says `invalid`.
    `wants` is that answer when the stage is over: `holds`, or `absent` for a drop.
    Between statements that stand `together` rows would be lost: a script runs them as one.
    """

    statements: tuple[Statement, ...] = ()
    mode: StageMode = StageMode.TRANSACTION
    observe: str | None = None
    wants: str = "holds"
    repair: tuple[Statement, ...] = ()
    batch: Batch | None = None
    together: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it may take time in proportion to the rows (no statement_timeout)."""
        return self.mode is not StageMode.TRANSACTION or any(
            s.scans or s.rewrites for s in self.statements
        )


def gone_through(stages: Iterable[Stage]) -> frozenset[QualifiedName]:
    """The tables that some statement reads or writes from end to end."""
    statements = (statement for stage in stages for statement in stage.statements)
    return frozenset(table for statement in statements for table in statement.through())


def stage(*statements: Statement) -> Stage:
    return Stage(statements=statements)
