"""reseed: kept values go back into a live column or table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, table_in, unbound
from migrate_core.operations.park import Release
from migrate_core.pg.ddl import Batch, Stage, StageMode, Statement, ddl, literal, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.filling import filling
from migrate_core.risk.reasons import Reason
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.keeping import Pair, Reference, any_of, is_free, is_missing, pairs, same
from migrate_core.schema.objects import Column, Table
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.removal import owned_sequences


class Reseed(Operation, frozen=True, kw_only=True):
    """Put kept values back into a live column or table; what is kept stays kept.

    Rows are matched by the primary key, or stand in the table itself where a column is parked
    in it. Only rows without a value get one: with `overwrite` those too that have another. With
    `rows` those that are missing come back whole, unless they break a unique rule or refer to
    what is gone. In batches, each a transaction with its checkpoint.
    """

    effect: ClassVar[Effect] = Effect.FILL

    table: QualifiedName
    source: QualifiedName  # what holds the values: the table itself for a column parked in it
    columns: tuple[str, ...]  # to be filled
    parked_column: str | None = None
    rows: bool = False
    overwrite: bool = False
    key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()  # columns of the table's other unique rules
    references: tuple[Reference, ...] = ()
    positions: tuple[tuple[str, QualifiedName], ...] = ()  # columns that a sequence counts

    @property
    def subject(self) -> Ref:
        if len(self.columns) == 1 and not self.rows:
            return column_ref(self.table, self.columns[0])
        return Ref.of(ObjectKind.TABLE, self.table)

    @property
    def destroys(self) -> bool:
        return self.overwrite

    def bind(self, graph: SchemaGraph) -> Self:
        table = table_in(graph, self.table, self)
        for name in self.columns:
            column = table.column(name)
            if column is None:
                raise unbound(self, f"column {self.table}.{name} does not exist")
            if column.generated:
                raise unbound(self, f"column {self.table}.{name} is generated")
        key = table.primary_key
        if key is None:
            raise unbound(self, f"table {self.table} has no primary key to match rows by: add one")
        if self.rows:
            self._refuse_rows(table)
        bound: Self = replaced(self, key=key.columns)
        return bound._with_rules(graph, table) if self.rows else bound

    def _with_rules(self, graph: SchemaGraph, table: Table) -> Self:
        """What a row that comes back whole has to heed."""
        bound: Self = replaced(
            self,
            unique=tuple(c.columns for c in table.constraints if c.type == "unique"),
            references=_references(table),
            positions=tuple(_positions(graph, table, self.written)),
        )
        return bound

    def _refuse_rows(self, table: Table) -> None:
        key = table.primary_key
        if key and "DEFERRABLE" in key.definition:
            raise unbound(self, f"primary key {key.name} is deferrable: rows cannot be matched")
        written = {*self.columns, *(key.columns if key else ())}
        wanting = [c.name for c in table.columns if c.name not in written and _asks(c)]
        if wanting:
            raise unbound(self, f"nothing was kept for {', '.join(wanting)}, which no row may lack")

    @property
    def written(self) -> tuple[str, ...]:
        """Of a row that comes back whole."""
        return (*self.key, *(name for name in self.columns if name not in self.key))

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph

    def stages(self, place: Place) -> tuple[Stage, ...]:
        """Rows first: a value may refer to one of them."""
        rows = (self._rows(), *map(stage, self._go_on())) if self.rows else ()
        return (*rows, self._fill()) if self.columns else rows

    def _fill(self) -> Stage:
        assign, where = self._in_place() if self.parked_column else self._by_key()
        sql = ddl(
            "UPDATE {table} SET {assign} WHERE {where}",
            table=self.table,
            assign=raw(assign),
            where=raw(where),
        )
        batch = Batch(table=self.table, key=self.key, assign=assign, where=where)
        return self._batched(sql, batch)

    def _in_place(self) -> tuple[str, str]:
        (column,) = self.columns
        pair = Pair(
            live=ddl("{name}", name=column), kept=ddl("{name}", name=self.parked_column or "")
        )
        assign = ddl("{column} = {kept}", column=column, kept=raw(pair.kept))
        return assign, self._wanted(pair)

    def _by_key(self) -> tuple[str, str]:
        live = str(self.table)
        found = pairs(self.columns, live=live, kept="a")
        order = ((p.kept, p.live) if self.overwrite else (p.live, p.kept) for p in found)
        values = ", ".join(f"coalesce({first}, {second})" for first, second in order)
        by_key = raw(same(self.key, "a", live))
        assign = ddl(
            "({columns}) = (SELECT {values} FROM {source} AS a WHERE {same})",
            columns=self.columns,
            values=raw(values),
            source=self.source,
            same=by_key,
        )
        where = ddl(
            "EXISTS (SELECT FROM {source} AS a WHERE {same} AND ({wanted}))",
            source=self.source,
            same=by_key,
            wanted=raw(any_of(map(self._wanted, found))),
        )
        return assign, where

    def _wanted(self, pair: Pair) -> str:
        return pair.differs if self.overwrite else pair.fills

    def _rows(self) -> Stage:
        kept = str(self.source)
        free = is_free(self.table, kept, unique=self.unique, references=self.references)
        where = is_missing(self.table, kept, self.key)
        if free != "true":
            where = f"{where} AND {free}"
        sql = ddl(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {source}"
            " WHERE {where} ON CONFLICT ({key}) DO NOTHING",
            table=self.table,
            columns=self.written,
            source=self.source,
            where=raw(where),
            key=self.key,
        )
        return self._batched(
            sql,
            Batch(
                table=self.source,
                key=self.key,
                assign="",
                where=where,
                into=self.table,
                columns=self.written,
            ),
        )

    def _batched(self, sql: str, batch: Batch) -> Stage:
        statement = Statement(sql=sql, lock=LockMode.ROW_EXCLUSIVE, on=self.table)
        return Stage(statements=(statement,), mode=StageMode.BATCHED, batch=batch)

    def _go_on(self) -> Iterator[Statement]:
        """A sequence behind the greatest number that came back would give it out again."""
        for column, sequence in self.positions:
            sql = ddl(
                "SELECT setval({text}, m.n) FROM (SELECT max({column}) AS n FROM {table}) AS m,"
                " {sequence} AS s WHERE m.n > s.last_value",
                text=literal(str(sequence)),
                column=column,
                table=self.table,
                sequence=sequence,
            )
            counted = (sequence, LockMode.ROW_EXCLUSIVE)
            yield Statement(sql=sql, lock=LockMode.ACCESS_SHARE, on=self.table, also=(counted,))

    def inverse(self, place: Place) -> Operation | None:
        """None: which rows had no value before is not kept."""
        return None

    def releases(self) -> tuple[Release, ...]:
        """It only reads it, once its checksum has been asked."""
        return (
            Release(physical_name=self.source, physical_column=self.parked_column, status="kept"),
        )

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        if self.overwrite:
            yield why.OVERWRITES_VALUES.because(f"{self.label}; {facts.describe()}")
        yield from filling(facts, self.key, "values come back")


def _asks(column: Column) -> bool:
    """Whether a row that does not name it is refused."""
    filled = column.default is not None or column.identity or column.generated
    return column.not_null and not filled


def _references(table: Table) -> tuple[Reference, ...]:
    return tuple(
        (c.columns, c.references, c.ref_columns)
        for c in table.constraints
        if c.references and c.ref_columns and c.validated
    )


def _positions(
    graph: SchemaGraph, table: Table, written: tuple[str, ...]
) -> Iterator[tuple[str, QualifiedName]]:
    """Sequences that count up: they are the usual ones, and the others are left alone."""
    for column in table.columns:
        identity = column.identity
        if identity and column.name in written and identity.options.increment > 0:
            yield column.name, identity.sequence
    for sequence in owned_sequences(graph, table.name):
        owner = sequence.owned_by
        if owner and owner.column in written and sequence.options.increment > 0:
            yield owner.column, sequence.name
