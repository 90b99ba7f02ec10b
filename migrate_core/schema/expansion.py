"""A column beside its successor: names, the trigger that keeps both in step, the comparison.

Whatever an expansion makes is named after the table, the column and what it becomes, not
after a run: the migration that contracts it finds it under the same names, and so does the
one that abandons it.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate_core.pg.ddl import Raw, Statement, ddl, literal, raw
from migrate_core.pg.lexer import rename
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName, helper_name
from migrate_core.schema.objects import Column, Constraint, Index, Value
from migrate_core.schema.removal import ColumnParts

_REFERENCES = " REFERENCES "
_EXACT = ("smallint", "integer", "bigint", "numeric", "uuid", "boolean")
# What the text of a value depends on: an application's own settings must not tell.
SETTINGS = (("TimeZone", "UTC"), ("DateStyle", "ISO, MDY"), ("IntervalStyle", "postgres"))


class Incoming(Value, frozen=True, kw_only=True):
    """A foreign key of another table, or of the same one, that points at the column."""

    table: QualifiedName
    constraint: Constraint


class Pair(Value, frozen=True, kw_only=True):
    """Both columns: `old` as it is, `to` as it will be. Where only the name changes, the new
    column bears it at once, and either may be written; else the new one is out of sight."""

    table: QualifiedName
    old: Column
    to: ColumnParts
    using: str | None = None

    @property
    def renames(self) -> bool:
        return self.to.column.name != self.old.name

    @property
    def new(self) -> str:
        """What the new column is called until it takes over."""
        return self.to.column.name if self.renames else self._name("new", self.old.name)

    @property
    def sync(self) -> str:
        """The trigger and its function."""
        return self._name("sync", f"{self.table.name}_{self.old.name}")

    def helper(self, part: str) -> str:
        """What a constraint or index of the new column is called until it takes over."""
        return self._name("part", part)

    def key_helper(self, key: Incoming) -> str:
        return self._name("key", f"{key.table.name}_{key.constraint.name}")

    def _name(self, what: str, name: str) -> str:
        column = self.to.column
        return helper_name(what, name, str(self.table), self.old.name, column.name, column.type)

    def prepared(self, part: Constraint | Index) -> Constraint | Index:
        """A part as it stands on the new column before that takes over."""
        ours, arrow, theirs = part.definition.partition(_REFERENCES)
        definition = rename(ours, self.to.column.name, self.new) + arrow + theirs
        name = self.helper(part.name)
        return msgspec.structs.replace(part, name=name, definition=definition, comment=None)

    def pointing(self, key: Incoming) -> Constraint:
        """A foreign key as it points at the new column before that takes over."""
        ours, arrow, theirs = key.constraint.definition.partition(_REFERENCES)
        definition = ours + arrow + rename(theirs, self.old.name, self.new)
        name = self.key_helper(key)
        return msgspec.structs.replace(
            key.constraint, name=name, definition=definition, comment=None
        )

    @property
    def value(self) -> Raw:
        """The new value of a row, as an assignment takes it."""
        return raw(self.using or ddl("{column}", column=self.old.name))

    @property
    def disagrees(self) -> str:
        """An SQL condition for rows in which the columns disagree; for any type, equality or
        none: images are compared."""
        return ddl(
            "ROW({new})::record OPERATOR(pg_catalog.*<>) ROW(({value})::{type})::record",
            new=self.new,
            value=self.value,
            type=raw(self.to.column.type),
        )

    def begin_sync(self) -> Iterator[Statement]:
        """Function and trigger. It fires always, in a subscription's apply too; what it does
        depends on no setting of the session that writes."""
        create = ddl(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql"
            " SET search_path TO ''{settings} AS {body}",
            function=self.table.renamed(self.sync),
            settings=raw("".join(f' SET "{n}" TO {literal(v)}' for n, v in self._settings)),
            body=literal(self._body),
        )
        yield Statement(sql=create)
        trigger = ddl(
            "CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION {function}()",
            name=self.sync,
            table=self.table,
            function=self.table.renamed(self.sync),
        )
        yield Statement(sql=trigger, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=self.table)
        always = ddl(
            "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}", table=self.table, name=self.sync
        )
        yield Statement(sql=always, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=self.table)

    def end_sync(self, *, perhaps: bool = False) -> Iterator[Statement]:
        """Both gone; `perhaps` they are not there."""
        words = {"if": raw("IF EXISTS " if perhaps else ""), "name": self.sync}
        drop = ddl("DROP TRIGGER {if}{name} ON {table}", table=self.table, **words)
        yield Statement(sql=drop, lock=LockMode.ACCESS_EXCLUSIVE, on=self.table)
        function = self.table.renamed(self.sync)
        yield Statement(sql=ddl("DROP FUNCTION {if}{function}()", function=function, **words))

    def clear_sync(self) -> Statement:
        """What an earlier try left of both, which is as a rule nothing."""
        function = self.table.renamed(self.sync)
        return Statement(sql=ddl("DROP FUNCTION IF EXISTS {function}() CASCADE", function=function))

    @property
    def _settings(self) -> tuple[tuple[str, str], ...]:
        types = (self.old.type, self.to.column.type)
        return () if all(t.startswith(_EXACT) for t in types) else SETTINGS

    @property
    def _body(self) -> str:
        names = {"old": self.old.name, "new": self.new}
        if self.renames:
            change = ddl(_BOTH_WAYS, **names)
        elif self.using is None:
            change = ddl("NEW.{new} := NEW.{old};", **names)
        else:
            change = ddl(
                "NEW.{new} := (SELECT {value} FROM (SELECT NEW.*) AS written);",
                new=self.new,
                value=self.value,
            )
        return f"BEGIN {change} RETURN NEW; END"

    def compare(self) -> Statement:
        """Fails if the columns disagree in any row: both are read, nobody waits."""
        settings = "".join(
            f" PERFORM pg_catalog.set_config({literal(n)}, {literal(v)}, true);"
            for n, v in self._settings
        )
        body = ddl(
            "BEGIN{settings} IF EXISTS (SELECT FROM ONLY {table} WHERE {disagrees}) THEN"
            " RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = {message}; END IF; END",
            settings=raw(settings),
            table=self.table,
            disagrees=raw(self.disagrees),
            message=literal(f"the old and the new {self.to.column.name} of {self.table} disagree"),
        )
        sql = ddl("DO {body}", body=literal(body))
        return Statement(sql=sql, lock=LockMode.ACCESS_SHARE, on=self.table, scans=True)


# Whoever writes, under either name: what changed goes over to the other column.
_BOTH_WAYS = (
    "IF TG_OP = 'INSERT' THEN"
    " IF NEW.{new} IS NULL THEN NEW.{new} := NEW.{old}; ELSE NEW.{old} := NEW.{new}; END IF;"
    " ELSIF ROW(NEW.{new})::record OPERATOR(pg_catalog.*<>) ROW(OLD.{new})::record"
    " AND ROW(NEW.{old})::record OPERATOR(pg_catalog.*=) ROW(OLD.{old})::record"
    " THEN NEW.{old} := NEW.{new};"
    " ELSE NEW.{new} := NEW.{old}; END IF;"
)
