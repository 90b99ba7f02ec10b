"""Kept values go back into what is live: what lacks them gets them, nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import recovery
from migrate_core.errors import ConflictError, MigrateError, MisuseError, TamperedError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.schema.fingerprint import fingerprint
from migrate_core.states import RunState
from tests import runs

MakeDb = Callable[..., Connection[Any]]
SHOP = """
CREATE TYPE public.size AS (wide integer, high integer);
CREATE TABLE public.makers (id integer PRIMARY KEY);
INSERT INTO public.makers VALUES (1), (2);
CREATE TABLE public.goods (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text UNIQUE, doc json, size public.size, maker integer REFERENCES public.makers
);
INSERT INTO public.goods (code, doc, size, maker)
SELECT 'c' || i, json_build_object('i', i), ROW(i, NULL)::public.size, 1 + i % 2
  FROM generate_series(1, 2000) AS i;
"""
WAYS = {
    "soft_drop_column": {"op": "softDropColumn", "table": "public.goods", "column": "doc"},
    "archive_column": {"op": "archiveColumn", "table": "public.goods", "column": "doc"},
}
TABLES = {
    "soft_drop_table": {"op": "softDropTable", "name": "public.goods"},
    "archive_table": {"op": "archiveTable", "name": "public.goods"},
}
ANEW = """
CREATE TABLE public.goods (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text UNIQUE, doc json, size public.size, maker integer REFERENCES public.makers,
    note text DEFAULT 'new'
);
"""


def dropped(db: Connection[Any], way: dict[str, Any]) -> Any:
    runs.run(db, runs.plan_for(db, (way,)))
    (artifact,) = recovery.artifacts(db, kept_only=True)
    return artifact


def one(db: Connection[Any], text: str) -> Any:
    row = db.execute(text.encode()).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def column_made_anew(db: Connection[Any]) -> None:
    """Of the rows 1 to 10 some hold another value, 1990 to 2000 are gone, two were added."""
    db.execute("ALTER TABLE goods ADD COLUMN doc json")
    db.execute("UPDATE goods SET doc = '{\"own\": 1}' WHERE id <= 10")
    db.execute("UPDATE goods SET doc = json_build_object('i', id) WHERE id = 11")
    db.execute("DELETE FROM goods WHERE id >= 1990")
    db.execute("INSERT INTO goods (code) VALUES ('x'), ('y')")


@pytest.mark.parametrize("way", WAYS)
def test_a_column_gets_the_values_that_its_rows_lack(
    make_db_on: MakeDb, major: int, way: str
) -> None:
    db = make_db_on(major, SHOP)
    artifact = dropped(db, WAYS[way])
    column_made_anew(db)
    before = fingerprint(read_graph(db))

    shown = recovery.preview_reseed(db, artifact.id)
    result = runs.run(db, recovery.plan_reseed(db, artifact.id))

    by_key = way == "archive_column"
    assert shown.possible
    assert (shown.rows_matched, shown.rows_filled, shown.rows_conflicting) == (1989, 1978, 10)
    assert (shown.rows_missing, shown.rows_written_since) == (11 if by_key else 0, 2)
    assert shown.conflicting_keys == ("1", "2", "3", "4", "5")
    assert shown.missing_keys == (("1990", "1991", "1992", "1993", "1994") if by_key else ())
    assert result.state is RunState.DONE
    assert one(db, "SELECT count(*) FROM goods WHERE doc->>'own' = '1'") == 10
    assert one(db, "SELECT count(*) FROM goods WHERE (doc->>'i')::int = id") == 1979
    assert one(db, "SELECT count(*) FROM goods WHERE doc IS NULL") == 2
    assert recovery.find(db, artifact.id).status == "kept"
    assert fingerprint(read_graph(db)) == before
    assert ledger.steps(db, result.run_id)[0].rows == 1978
    (run,) = [r for r in ledger.runs(db) if r.run_id == result.run_id]
    assert (run.direction, run.migration_id) == ("restore", None)


@pytest.mark.parametrize("way", WAYS)
def test_what_rows_hold_is_overwritten_only_where_that_was_asked(make_db: MakeDb, way: str) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS[way])
    column_made_anew(db)

    plan = recovery.plan_reseed(db, artifact.id, overwrite=True)
    runs.run(db, plan)

    assert plan.steps[0].keeps_nothing  # asks for consent
    assert one(db, "SELECT count(*) FROM goods WHERE (doc->>'i')::int = id") == 1989
    assert recovery.preview_reseed(db, artifact.id).rows_conflicting == 0


def test_a_value_that_was_kept_as_null_overwrites_nothing(make_db: MakeDb) -> None:
    db = make_db(SHOP + "UPDATE goods SET doc = NULL WHERE id = 1;")
    artifact = dropped(db, WAYS["archive_column"])
    column_made_anew(db)

    runs.run(db, recovery.plan_reseed(db, artifact.id, overwrite=True))

    assert one(db, "SELECT doc->>'own' FROM goods WHERE id = 1") == "1"


def test_a_second_time_changes_nothing(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS["archive_column"])
    column_made_anew(db)
    runs.run(db, recovery.plan_reseed(db, artifact.id))

    assert recovery.preview_reseed(db, artifact.id).rows_written == 0
    result = runs.run(db, recovery.plan_reseed(db, artifact.id))

    assert result.state is RunState.DONE
    assert ledger.steps(db, result.run_id)[0].rows == 0


@pytest.mark.parametrize("way", TABLES)
def test_a_table_made_anew_gets_its_rows_back(make_db_on: MakeDb, major: int, way: str) -> None:
    db = make_db_on(major, SHOP)
    artifact = dropped(db, TABLES[way])
    db.execute(ANEW.encode())
    db.execute("INSERT INTO goods (code, maker) VALUES ('c1', 2), ('other', NULL), ('c2000', 1)")
    db.execute("DELETE FROM makers WHERE id = 2 AND false")

    shown = recovery.preview_reseed(db, artifact.id)
    runs.run(db, recovery.plan_reseed(db, artifact.id))

    # 1 to 3 are live: 2 and 3 hold another code. 2000 would take the code of 3.
    assert (shown.rows_matched, shown.rows_filled, shown.rows_conflicting) == (3, 3, 2)
    assert (shown.rows_missing, shown.rows_returning, shown.rows_refused) == (1997, 1996, 1)
    assert one(db, "SELECT count(*) FROM goods") == 1999
    assert one(db, "SELECT count(*) FROM goods WHERE (size).wide = id AND note = 'new'") == 1999
    assert one(db, "SELECT code, maker FROM goods WHERE id = 2") == ("other", 1)
    db.execute("INSERT INTO goods (code) VALUES ('next')")  # the sequence has gone on
    assert one(db, "SELECT max(id) FROM goods") == 2000
    assert recovery.find(db, artifact.id).status == "kept"


def test_rows_that_refer_to_what_is_gone_stay_where_they_are(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, TABLES["soft_drop_table"])
    db.execute("DELETE FROM makers WHERE id = 2")
    db.execute(ANEW.encode())

    shown = recovery.preview_reseed(db, artifact.id)
    runs.run(db, recovery.plan_reseed(db, artifact.id))

    assert (shown.rows_returning, shown.rows_refused) == (1000, 1000)
    assert one(db, "SELECT count(*), count(DISTINCT maker) FROM goods") == (1000, 1)


def test_rows_that_refer_to_each_other_come_back_in_turn(make_db: MakeDb) -> None:
    folders = (
        "CREATE TABLE public.folders (id int PRIMARY KEY, above int REFERENCES public.folders);"
    )
    rows = "INSERT INTO folders SELECT i, nullif(i + 1, 13) FROM generate_series(1, 12) AS i;"
    db = make_db(folders + rows)
    artifact = dropped(db, {"op": "softDropTable", "name": "public.folders"})
    db.execute(folders.encode())

    runs.run(db, recovery.plan_reseed(db, artifact.id))

    assert one(db, "SELECT count(*), count(above) FROM folders") == (12, 11)


def test_one_column_of_a_table_alone(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, TABLES["soft_drop_table"])
    db.execute(ANEW.encode())
    db.execute("INSERT INTO goods (code) VALUES ('mine')")

    shown = recovery.preview_reseed(db, artifact.id, column="size")
    runs.run(db, recovery.plan_reseed(db, artifact.id, column="size"))

    assert (shown.columns, shown.rows_returning, shown.rows_written) == (("size",), None, 1)
    assert one(db, "SELECT count(*), min(code), min((size).wide), count(maker) FROM goods") == (
        1, "mine", 1, 0,
    )  # fmt: skip
    with pytest.raises(MisuseError):
        recovery.preview_reseed(db, artifact.id, column="nowhere")
    with pytest.raises(MisuseError):
        recovery.plan_reseed(db, artifact.id, column="id")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("SELECT 1", "does not exist"),
        ("ALTER TABLE goods ADD doc text", "is text now and was json"),
        ("ALTER TABLE goods ADD doc json, DROP CONSTRAINT goods_pkey", "no primary key"),
        (
            "ALTER TABLE goods ADD doc json, DROP CONSTRAINT goods_pkey, ADD PRIMARY KEY (code)",
            "told apart by",
        ),
    ],
)
def test_what_cannot_take_the_values_is_a_blocker(make_db: MakeDb, change: str, says: str) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS["archive_column"])
    db.execute(change.encode())

    shown = recovery.preview_reseed(db, artifact.id)

    assert not shown.possible
    assert says in shown.blockers[0]
    with pytest.raises(MigrateError, match=says):
        recovery.plan_reseed(db, artifact.id)


def test_a_table_that_asks_for_more_than_was_kept_is_a_blocker(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, TABLES["soft_drop_table"])
    db.execute(ANEW.replace("note text DEFAULT 'new'", "note text NOT NULL").encode())

    assert "nothing was kept for note" in recovery.preview_reseed(db, artifact.id).blockers[0]


@pytest.mark.parametrize("way", ["archive_column", "archive_table"])
def test_a_tampered_archive_is_refused(make_db: MakeDb, way: str) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, {**WAYS, **TABLES}[way])
    db.execute((ANEW if way == "archive_table" else "ALTER TABLE goods ADD doc json").encode())
    plan = recovery.plan_reseed(db, artifact.id)
    db.execute(f"UPDATE {artifact.physical_name} SET doc = '1' WHERE id = 7".encode())

    assert recovery.preview_reseed(db, artifact.id).intact is False
    with pytest.raises(TamperedError):
        runs.run(db, plan)

    assert one(db, "SELECT count(doc) FROM goods") == 0


def test_a_run_that_was_stopped_goes_on_and_proves_the_archive_again(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS["archive_column"])
    db.execute("ALTER TABLE goods ADD doc json")
    plan = recovery.plan_reseed(db, artifact.id)
    control = runs.Wish("cancel")

    def listen(event: Any) -> None:
        if event.kind == "batch_done":
            control.arm()

    stopped = runs.run(db, plan, control=control, listener=listen)
    half = one(db, "SELECT count(doc) FROM goods")
    db.execute(f"UPDATE {artifact.physical_name} SET doc = '1' WHERE id = 1999".encode())
    with pytest.raises(TamperedError):
        runs.run(db, plan, run_id=stopped.run_id)
    db.execute(
        f"UPDATE {artifact.physical_name} SET doc = json_build_object('i', 1999)"
        " WHERE id = 1999".encode()
    )
    result = runs.run(db, plan, run_id=stopped.run_id)

    assert 0 < half < 2000
    assert result.state is RunState.DONE
    assert one(db, "SELECT count(*) FROM goods WHERE (doc->>'i')::int = id") == 2000


def test_what_is_purged_is_no_longer_put_back(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS["archive_column"])
    db.execute("ALTER TABLE goods ADD doc json")
    plan = recovery.plan_reseed(db, artifact.id)
    runs.run(db, recovery.plan_purge(db, artifact.id))

    with pytest.raises(ConflictError, match="no kept artifact"):
        runs.run(db, plan)
