"""A table made anew beside the old one: its names, what keeps both in step, the comparison.

Whatever lives meanwhile is named after the table, not after a run: a rebuild that was given
up half-way is cleared by the next one of the same table.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from migrate_core.pg.ddl import Batch, Raw, Stage, StageMode, Statement, ddl, literal, raw
from migrate_core.pg.locks import LockMode
from migrate_core.pg.names import QualifiedName, helper_name
from migrate_core.schema.checksum import checksum_query
from migrate_core.schema.following import structure
from migrate_core.schema.keys import key_of
from migrate_core.schema.not_null import NAMED_SINCE, made_name, with_name
from migrate_core.schema.objects import Column, Constraint, Index, Table, Value
from migrate_core.schema.rules import read_key


class Twin(Value, frozen=True, kw_only=True):
    """`old` as it is, `new` as it will be; both bear the final name."""

    old: Table
    new: Table
    major: int

    @property
    def name(self) -> QualifiedName:
        """What the new table is called until it takes over."""
        return self.new.name.renamed(self.helper("new", self.new.name.name))

    @property
    def sync(self) -> str:
        """The trigger and its function."""
        return self.helper("sync", self.new.name.name)

    @property
    def emptied(self) -> str:
        """The trigger that follows a TRUNCATE."""
        return self.helper("emptied", self.new.name.name)

    def helper(self, what: str, name: str) -> str:
        return helper_name(what, name, str(self.new.name))

    def part(self, name: str) -> str:
        """What an index or a key is called until it takes over."""
        return self.helper("part", name)

    @property
    def key(self) -> tuple[str, ...]:
        found = key_of(self.new)
        assert found is not None  # one without is refused
        return found[1]

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that are written."""
        return tuple(c.name for c in self.new.columns if c.generated is None)

    def is_first(self, part: Constraint | Index) -> bool:
        """Whether it is there before the rows come: the key by which they are told apart, and
        what can only be built while nobody writes."""
        if isinstance(part, Index):
            return part == (key_of(self.new) or (None,))[0]
        if part.type == "check":
            return part.validated
        if part.type == "exclude" or part == (key_of(self.new) or (None,))[0]:
            return True
        return part.type in ("primary key", "unique") and read_key(part.definition).has_periods

    @property
    def bare(self) -> Table:
        """As it is created: without what could not be written to, or can be built later."""
        first = (c for c in structure(self.new).constraints if self.is_first(c))
        return structure(self.new).change(
            name=self.name,
            columns=tuple(self._named(c) for c in self.new.columns),
            constraints=tuple(self._prepared(c) for c in first),
            indexes=(),
        )

    def _named(self, column: Column) -> Column:
        """From 18 on with the name of its NOT NULL said, which is not to be the twin's."""
        bare = msgspec.structs.replace(column, identity=None)
        if self.major < NAMED_SINCE or not column.not_null:
            return bare
        if column.not_null_rule and column.not_null_rule.name:
            return bare
        return with_name(bare, made_name(self.new.name.name, column.name))

    def _prepared(self, constraint: Constraint) -> Constraint:
        name = constraint.name if constraint.type == "check" else self.part(constraint.name)
        return msgspec.structs.replace(constraint, name=name, comment=None, index_comment=None)

    def guard(self) -> Statement:
        """What is out of sight would stay with the old table."""
        body = ddl(
            "BEGIN IF EXISTS ({found}) THEN"
            " RAISE EXCEPTION USING ERRCODE = 'object_in_use', MESSAGE = {message}; END IF; END",
            found=parked_on(self.old.name),
            message=literal(
                f"{self.old.name} has parked columns, or another change of it is under way:"
                " restore or purge them, or end that, first"
            ),
        )
        return Statement(sql=ddl("DO {body}", body=literal(body)))

    def clear(self) -> Iterator[Statement]:
        """What a rebuild that was given up left, which is as a rule nothing."""
        function = self.old.name.renamed(self.sync)
        yield Statement(sql=ddl("DROP FUNCTION IF EXISTS {f}() CASCADE", f=function))
        yield Statement(sql=ddl("DROP TABLE IF EXISTS {table}", table=self.name))

    def begin_sync(self) -> Iterator[Statement]:
        """Function and triggers. They fire always, in a subscription's apply too, and write as
        who rebuilds: whoever writes the old table has no right to the new one."""
        function = self.old.name.renamed(self.sync)
        create = ddl(
            "CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            " SET search_path TO '' AS {body}",
            function=function,
            body=literal(self._body),
        )
        yield Statement(sql=create)
        yield Statement(sql=ddl("REVOKE ALL ON FUNCTION {f}() FROM PUBLIC", f=function))
        names: dict[str, QualifiedName | str] = {"table": self.old.name, "function": function}
        row = ddl(
            "CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION {function}()",
            name=self.sync,
            **names,
        )
        truncate = ddl(
            "CREATE TRIGGER {name} AFTER TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            name=self.emptied,
            **names,
        )
        always = (
            ddl("ALTER TABLE {t} ENABLE ALWAYS TRIGGER {n}", t=self.old.name, n=name)
            for name in (self.sync, self.emptied)
        )
        for sql in (row, truncate, *always):
            yield Statement(sql=sql, lock=LockMode.SHARE_ROW_EXCLUSIVE, on=self.old.name)

    def end_sync(self) -> Iterator[Statement]:
        for name in (self.sync, self.emptied):
            drop = ddl("DROP TRIGGER {name} ON {table}", name=name, table=self.old.name)
            yield Statement(sql=drop, lock=LockMode.ACCESS_EXCLUSIVE, on=self.old.name)
        function = self.old.name.renamed(self.sync)
        yield Statement(sql=ddl("DROP FUNCTION {function}()", function=function))

    @property
    def _body(self) -> str:
        return ddl(
            _BODY,
            old=self.old.name,
            new=self.name,
            columns=self.columns,
            values=self._each("t.{c}", self.columns),
            key=self.key,
            here=self._each("t.{c}", self.key),
            gone=self._each("OLD.{c}", self.key),
            come=self._each("NEW.{c}", self.key),
            assign=raw(self._assign),
        )

    @property
    def _assign(self) -> str:
        others = [name for name in self.columns if name not in self.key]
        if not others:
            return "NOTHING"
        return f"UPDATE SET {self._each('{c} = EXCLUDED.{c}', others)}"

    def _each(self, template: str, columns: tuple[str, ...] | list[str]) -> Raw:
        return raw(", ".join(template.replace("{c}", ddl("{c}", c=name)) for name in columns))

    def try_out(self) -> Statement:
        """One row comes over at once: what a check or a domain calls may not be found without the
        writer's search_path, and is to fail here, not in an application."""
        sql = ddl(
            "INSERT INTO {new} ({columns}) OVERRIDING SYSTEM VALUE"
            " SELECT {columns} FROM ONLY {old} ORDER BY {key} LIMIT 1",
            new=self.name,
            columns=self.columns,
            old=self.old.name,
            key=self.key,
        )
        return Statement(sql=sql, lock=LockMode.ACCESS_SHARE, on=self.old.name)

    def copy(self) -> Stage:
        """In batches by the key; a row that a writer brought over meanwhile is newer, and stays."""
        plain = ddl(
            "INSERT INTO {new} ({columns}) OVERRIDING SYSTEM VALUE"
            " SELECT {columns} FROM ONLY {old} ON CONFLICT ({key}) DO NOTHING",
            new=self.name,
            columns=self.columns,
            old=self.old.name,
            key=self.key,
        )
        also = ((self.name, LockMode.ROW_EXCLUSIVE),)
        share = LockMode.ROW_SHARE
        return Stage(
            statements=(Statement(sql=plain, lock=share, on=self.old.name, also=also),),
            mode=StageMode.BATCHED,
            batch=Batch(
                table=self.old.name,
                key=self.key,
                assign="",
                where="",
                into=self.name,
                columns=self.columns,
            ),
        )

    def compare(self) -> Statement:
        """Both are read by one statement, so at one moment: writers go on, and bring over what
        they write in the transaction that writes it."""
        columns = [(c.name, c.type) for c in self.new.columns]
        body = ddl(
            "BEGIN IF ({one}) IS DISTINCT FROM ({other}) THEN"
            " RAISE EXCEPTION USING ERRCODE = 'data_exception', MESSAGE = {message}; END IF; END",
            one=raw(checksum_query(self.old.name, columns)),
            other=raw(checksum_query(self.name, columns)),
            message=literal(f"the new {self.old.name} does not hold what the old one holds"),
        )
        sql = ddl("DO {body}", body=literal(body))
        share = LockMode.ACCESS_SHARE
        also = ((self.name, share),)
        return Statement(sql=sql, lock=share, on=self.old.name, also=also, scans=True)


def parked_on(table: QualifiedName) -> Raw:
    """A query for the parked columns of a table, and for triggers of changes under way."""
    return raw(ddl(_PARKED_ON, table=literal(str(table))))


_PARKED_ON = (
    "SELECT a.attname FROM pg_catalog.pg_attribute AS a"
    " WHERE a.attrelid = pg_catalog.to_regclass({table}) AND NOT a.attisdropped"
    " AND pg_catalog.starts_with(a.attname::text, '_zanith_')"
    " UNION ALL SELECT g.tgname FROM pg_catalog.pg_trigger AS g"
    " WHERE g.tgrelid = pg_catalog.to_regclass({table})"
    " AND pg_catalog.starts_with(g.tgname::text, '_zanith_')"
)
# A row is brought over as it stands, not as the event tells it: what another trigger did to it
# meanwhile has perhaps been told before.
_BODY = (
    "#variable_conflict use_column\n"
    "BEGIN"
    " IF TG_OP = 'TRUNCATE' THEN TRUNCATE ONLY {new}; RETURN NULL; END IF;"
    " IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE'"
    " AND ROW({gone})::record OPERATOR(pg_catalog.*<>) ROW({come})::record THEN"
    " DELETE FROM ONLY {new} AS t WHERE ({here}) = ({gone})"
    " AND NOT EXISTS (SELECT FROM ONLY {old} AS t WHERE ({here}) = ({gone})); END IF;"
    " IF TG_OP <> 'DELETE' THEN INSERT INTO {new} ({columns}) OVERRIDING SYSTEM VALUE"
    " SELECT {values} FROM ONLY {old} AS t WHERE ({here}) = ({come})"
    " ON CONFLICT ({key}) DO {assign}; END IF;"
    " RETURN NULL; END"
)
