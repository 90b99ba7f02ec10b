"""What cannot be expanded is refused by name, with the way out, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from migrate_core.diff.diff import diff
from migrate_core.diff.expand import candidates, expanded
from migrate_core.errors import MisuseError, UnboundOperationError
from migrate_core.introspection.graph import read_graph
from migrate_core.schema.delta import Answers, Rename
from migrate_core.schema.refs import ObjectKind, Ref
from tests.migrate_core.operations.cases import CASES, operations_of, parameters, plan_of

MakeDb = Callable[[str], Connection[Any]]
KEYED = "CREATE TABLE t (id bigint PRIMARY KEY, c integer, d integer);"
DOMAIN = "CREATE DOMAIN positive AS bigint CHECK (VALUE > 0);"
FUNCTION = (
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER g BEFORE UPDATE OF c ON t FOR EACH ROW EXECUTE FUNCTION f();"
)


def column(name: str, table: str = "t") -> Ref:
    return Ref(ObjectKind.COLUMN, "public", table, name)


@pytest.mark.db
@pytest.mark.parametrize(
    ("ddl", "says"),
    [
        ("CREATE TABLE t (c integer);", "public.t has no primary key to walk by"),
        (KEYED + "CREATE VIEW v AS SELECT c FROM t;", "view public.v would go on reading"),
        (KEYED + "CREATE POLICY p ON t USING (c > 0);", "policy public.t.p would go on reading"),
        (KEYED + FUNCTION, "trigger public.t.g would go on reading"),
        (KEYED + "ALTER TABLE t ADD g integer GENERATED ALWAYS AS (c + 1) STORED;",
         "generated column public.t.g would go on reading"),
        (KEYED + "ALTER TABLE t ADD CONSTRAINT u UNIQUE (c) DEFERRABLE;", "u is deferrable"),
        (KEYED + "ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING btree (c WITH =);",
         "x excludes rows"),
        (KEYED + "CREATE TABLE u () INHERITS (t);", "public.t shares it with partitions or heirs"),
    ],
)  # fmt: skip
def test_a_column_is_not_expanded(make_db: MakeDb, ddl: str, says: str) -> None:
    before = read_graph(make_db(ddl))
    after = read_graph(make_db(ddl.replace("c integer", "c bigint")))

    with pytest.raises(MisuseError) as refused:
        expanded(before, after, Answers(expand=(column("c"),)))

    assert says in refused.value.message
    assert column("c") not in set(candidates(before, after, Answers()))


@pytest.mark.db
@pytest.mark.parametrize(
    ("before", "after", "names", "says"),
    [
        (KEYED + "CREATE INDEX i ON t (c, d);",
         KEYED.replace("integer", "bigint") + "CREATE INDEX i ON t (c, d);", "c d",
         "i holds public.t.d too"),
        ("CREATE TABLE t (id integer PRIMARY KEY, c integer CONSTRAINT k REFERENCES t);",
         "CREATE TABLE t (id bigint PRIMARY KEY, c bigint CONSTRAINT k REFERENCES t);", "c id",
         "k holds public.t.id too"),
        (KEYED, KEYED.replace("c integer", "c bigint GENERATED ALWAYS AS IDENTITY"), "c",
         "becomes an identity as well"),
        (DOMAIN + KEYED, DOMAIN + KEYED.replace("c integer", "c positive"), "c",
         "the domain public.positive"),
        (KEYED, KEYED.replace("c integer,", ""), "c", "was it renamed?"),
        (KEYED, KEYED, "c", "its change writes no row"),
    ],
)  # fmt: skip
def test_columns_are_not_expanded_so(
    make_db: MakeDb, before: str, after: str, names: str, says: str
) -> None:
    one, other = read_graph(make_db(before)), read_graph(make_db(after))

    with pytest.raises(MisuseError) as refused:
        expanded(one, other, Answers(expand=tuple(map(column, names.split()))))

    assert says in refused.value.message


@pytest.mark.db
def test_a_rename_and_a_type_are_not_expanded_at_once(make_db: MakeDb) -> None:
    before = read_graph(make_db(KEYED))
    after = read_graph(make_db(KEYED.replace("c integer", "e bigint")))
    rename = Rename(old=column("c"), new="e")

    with pytest.raises(MisuseError, match="expand one of them first"):
        expanded(before, after, Answers(expand=(column("c"),), renames=(rename,)))


@pytest.mark.db
def test_what_came_to_a_column_after_it_was_expanded_stops_its_contract(make_db: MakeDb) -> None:
    db = make_db(KEYED)
    after = read_graph(make_db(KEYED.replace("c integer", "c bigint")))
    _first, (contract,) = expanded(read_graph(db), after, Answers(expand=(column("c"),)))
    db.execute("CREATE INDEX late ON t (c)")

    with pytest.raises(UnboundOperationError, match=r"late on public\.t\.c changed since"):
        contract.bind(read_graph(db))


@pytest.mark.db
def test_columns_whose_change_writes_every_row_are_offered(make_db: MakeDb) -> None:
    before = read_graph(make_db(KEYED + "CREATE TABLE u (id integer PRIMARY KEY, w varchar(9));"))
    after = read_graph(
        make_db(KEYED.replace("c integer", "c text")
                + "CREATE TABLE u (id bigint PRIMARY KEY, w text);")
    )  # fmt: skip

    assert set(candidates(before, after, Answers())) == {column("c"), column("id", "u")}


@pytest.mark.db
def test_an_index_is_dropped_first_where_a_foreign_key_leans_on_it(make_db: MakeDb) -> None:
    keys = "CREATE TABLE k (c integer CONSTRAINT k_c REFERENCES t (c));"
    index = "CREATE UNIQUE INDEX i ON t (c){};"
    before = read_graph(make_db(KEYED + index.format("") + keys))
    after = read_graph(make_db(KEYED + index.format(" INCLUDE (d)") + keys))

    kinds = [operation.kind for operation in diff(before, after)]

    assert kinds == ["dropForeignKey", "dropIndex", "addIndex", "addForeignKey"]


@pytest.mark.db
@pytest.mark.parametrize("case", parameters(c for c in CASES if c.parts[-2] == "contract_column"))
def test_a_contract_knows_its_expansion_in_the_same_plan(make_db: MakeDb, case: Path) -> None:
    before = read_graph(make_db((case / "before.sql").read_text()))

    plan = plan_of(operations_of(case, before, make_db), before, before.major)

    contracts = [step for step in plan.steps if step.kind == "contractColumn"]
    assert contracts
    for step in contracts:
        assert "contracts_at_once" in step.verdict.codes
        assert "not_measured" not in step.verdict.codes
