"""Columns whose values are computed from others: kept in step by a trigger, filled, compared.

Whatever lives meanwhile is named after the table and the new columns, not after a run: a
step that was given up half-way is cleared by the next one that wants the same columns.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate_core.pg.ddl import Batch, Raw, Stage, StageMode, Statement, ddl, literal, raw, stage
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName, helper_name
from migrate_core.schema.clauses import column_clause, comment_on
from migrate_core.schema.edges import column_ref
from migrate_core.schema.expansion import SETTINGS
from migrate_core.schema.not_null import forbid_null
from migrate_core.schema.objects import Column, Value
from migrate_core.schema.parking import on_table
from migrate_core.schema.storage import column_settings


class Derived(Value, frozen=True, kw_only=True):
    """A new column, and its value as an SQL expression over the row."""

    column: Column
    expression: str


class Derivation(Value, frozen=True, kw_only=True):
    table: QualifiedName
    into: tuple[Derived, ...]
    key: tuple[str, ...]  # by which the rows are walked
    names: tuple[tuple[str, str], ...] = ()  # of NOT NULLs that have to be said (18)

    @property
    def sync(self) -> str:
        """The trigger and its function."""
        return self.helper("sync", f"{self.table.name}_{self.into[0].column.name}")

    def helper(self, what: str, name: str) -> str:
        columns = (f"{d.column.name} {d.column.type}" for d in self.into)
        return helper_name(what, name, str(self.table), *columns)

    def stages(self) -> Iterator[Stage]:
        yield stage(*self._begin())
        yield self._fill()
        yield stage(self._compare())
        for derived in self.into:
            column = derived.column
            if column.not_null:
                name = dict(self.names).get(column.name)
                helper = self.helper("part", column.name)
                yield from forbid_null(self.table, column.name, helper=helper, name=name)
        yield stage(*self._end())

    def _begin(self) -> Iterator[Statement]:
        yield self._clear()
        yield self._try_out()
        for derived in self.into:
            column = msgspec.structs.replace(
                derived.column, not_null=False, not_null_rule=None, default=None
            )
            yield on_table(self.table, "ADD COLUMN {clause}", clause=column_clause(column))
            yield from column_settings(self.table, None, column)
            yield from comment_on(column_ref(self.table, column.name), column.comment)
        yield self._try_to_assign()
        yield from self._sync()

    def _clear(self) -> Statement:
        """What a step that was given up left, which is as a rule nothing."""
        function = self.table.renamed(self.sync)
        return Statement(sql=ddl("DROP FUNCTION IF EXISTS {function}() CASCADE", function=function))

    def _try_out(self) -> Statement:
        """An expression that names what is not there fails here, not in an application."""
        sql = ddl(
            "SELECT {values} FROM (SELECT * FROM {table}) AS {row} LIMIT 0",
            values=self._values,
            table=self.table,
            row=self.table.name,
        )
        return Statement(sql=sql, lock=LockMode.ACCESS_SHARE, on=self.table)

    def _try_to_assign(self) -> Statement:
        """So does one whose value the column does not take, or that is no value of one row."""
        sql = ddl("EXPLAIN UPDATE {table} SET {assign}", table=self.table, assign=self._assign)
        return Statement(sql=sql, lock=LockMode.ROW_EXCLUSIVE, on=self.table)

    def _sync(self) -> Iterator[Statement]:
        """It fires always, in a subscription's apply too; what it does depends on no setting of
        the session that writes."""
        function = self.table.renamed(self.sync)
        create = ddl(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
            " SET search_path TO ''{settings} AS {body}",
            function=function,
            settings=raw("".join(f' SET "{n}" TO {literal(v)}' for n, v in SETTINGS)),
            body=literal(self._body),
        )
        yield Statement(sql=create)
        names: dict[str, QualifiedName | str] = {"table": self.table, "name": self.sync}
        trigger = ddl(
            "CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION {function}()",
            function=function,
            **names,
        )
        yield Statement(sql=trigger, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=self.table)
        always = ddl("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}", **names)
        yield Statement(sql=always, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=self.table)

    @property
    def _body(self) -> str:
        new = [derived.column.name for derived in self.into]
        return ddl(
            _BODY,
            values=self._values,
            targets=raw(", ".join(ddl("NEW.{n}", n=name) for name in new)),
            row=self.table.name,
            nothing=raw(" ".join(ddl("NEW.{n} := NULL;", n=name) for name in new)),
        )

    def _fill(self) -> Stage:
        plain = ddl(
            "UPDATE {table} SET {assign} WHERE {where}",
            table=self.table,
            assign=self._assign,
            where=raw(self._disagrees),
        )
        return Stage(
            statements=(Statement(sql=plain, lock=LockMode.ROW_EXCLUSIVE, on=self.table),),
            mode=StageMode.BATCHED,
            batch=Batch(table=self.table, key=self.key, assign=self._assign, where=self._disagrees),
        )

    def _compare(self) -> Statement:
        """Fails if a row holds another value than its expression gives: nobody waits."""
        columns = ", ".join(derived.column.name for derived in self.into)
        settings = (f"PERFORM pg_catalog.set_config({literal(n)}, {literal(v)}, true);"
                    for n, v in SETTINGS)  # fmt: skip
        body = ddl(
            "#variable_conflict use_column\n"
            "BEGIN {settings} IF EXISTS (SELECT FROM ONLY {table} WHERE {disagrees}) THEN"
            " RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = {message}; END IF; END",
            settings=raw(" ".join(settings)),
            table=self.table,
            disagrees=raw(self._disagrees),
            message=literal(f"a row of {self.table} does not hold in {columns} what was asked for"),
        )
        sql = ddl("DO {body}", body=literal(body))
        return Statement(sql=sql, lock=LockMode.ACCESS_SHARE, on=self.table, scans=True)

    def _end(self) -> Iterator[Statement]:
        function, name = self.table.renamed(self.sync), self.sync
        drop = ddl("DROP TRIGGER {name} ON {table}", name=name, table=self.table)
        yield Statement(sql=drop, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)
        yield Statement(sql=ddl("DROP FUNCTION {function}()", function=function))
        for column in (derived.column for derived in self.into):
            if column.default is not None:
                yield on_table(
                    self.table,
                    "ALTER COLUMN {column} SET DEFAULT {default}",
                    column=column.name,
                    default=raw(column.default),
                )

    @property
    def _values(self) -> Raw:
        return raw(", ".join(f"({derived.expression})" for derived in self.into))

    @property
    def _assign(self) -> Raw:
        pairs = (ddl("{c} = ({v})", c=d.column.name, v=raw(d.expression)) for d in self.into)
        return raw(", ".join(pairs))

    @property
    def _disagrees(self) -> str:
        """For any type, equality or none: images are compared."""
        cast = (ddl("({v})::{t}", v=raw(d.expression), t=raw(d.column.type)) for d in self.into)
        return ddl(
            "ROW({columns})::record OPERATOR(pg_catalog.*<>) ROW({values})::record",
            columns=[derived.column.name for derived in self.into],
            values=raw(", ".join(cast)),
        )


# An expression that fails on a row must not fail an application's write: the row is left
# without a value, and the filling or the comparison fails on it instead. That the columns
# may be gone is for the trigger of a step that was given up.
_BODY = (
    "#variable_conflict use_column\n"
    "BEGIN BEGIN SELECT {values} INTO {targets} FROM (SELECT NEW.*) AS {row};"
    " EXCEPTION WHEN OTHERS THEN"
    " BEGIN {nothing} EXCEPTION WHEN OTHERS THEN NULL; END; END;"
    " RETURN NEW; END"
)
