"""Nothing that was dropped is lost: what comes back is equal, by EXCEPT ALL and by schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg import Connection

from migrate_core import recovery
from migrate_core.errors import ConflictError, TamperedError
from migrate_core.introspection.graph import read_graph
from migrate_core.ledger import ledger
from migrate_core.recovery.artifacts import ArtifactGoneError
from migrate_core.schema.fingerprint import fingerprint
from migrate_core.states import RunState
from tests import runs

MakeDb = Callable[..., Connection[Any]]
SHOP = """
CREATE TYPE public.mood AS ENUM ('good', 'bad');
CREATE TABLE public.parents (id integer PRIMARY KEY);
INSERT INTO public.parents SELECT generate_series(1, 10);
CREATE TABLE public.goods (
    id integer PRIMARY KEY,
    code text NOT NULL DEFAULT 'none' UNIQUE,
    amount numeric(10, 2) CHECK (amount >= 0),
    parent integer REFERENCES public.parents,
    mood public.mood,
    at timestamptz
);
CREATE INDEX goods_amount ON public.goods (amount);
COMMENT ON COLUMN public.goods.code IS 'what it is called';
INSERT INTO public.goods
SELECT i, 'c' || i, i / 3.0, 1 + i % 10, (ARRAY['good', 'bad', NULL]::public.mood[])[1 + i % 3],
       timestamptz '2026-01-01' + i * interval '1 h'
  FROM generate_series(1, 500) AS i;
CREATE TABLE kept_aside AS SELECT * FROM public.goods;
"""
COLUMN = {"table": "public.goods"}
TABLE = {"name": "public.goods"}
WAYS = {
    "soft_drop_column": {"op": "softDropColumn", "column": "code", **COLUMN},
    "archive_column": {"op": "archiveColumn", "column": "code", **COLUMN},
    "soft_drop_table": {"op": "softDropTable", **TABLE},
    "archive_table": {"op": "archiveTable", **TABLE},
}


def dropped(db: Connection[Any], way: dict[str, Any]) -> Any:
    runs.run(db, runs.plan_for(db, (way,)))
    (artifact,) = recovery.artifacts(db, kept_only=True)
    return artifact


def differing_rows(db: Connection[Any]) -> int:
    row = db.execute(
        "SELECT count(*) FROM ("
        " (SELECT id, code, amount, parent, mood, at FROM goods EXCEPT ALL"
        "  SELECT id, code, amount, parent, mood, at FROM kept_aside)"
        " UNION ALL"
        " (SELECT id, code, amount, parent, mood, at FROM kept_aside EXCEPT ALL"
        "  SELECT id, code, amount, parent, mood, at FROM goods)) AS d"
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("way", WAYS)
def test_what_was_dropped_comes_back_whole(make_db_on: MakeDb, major: int, way: str) -> None:
    db = make_db_on(major, SHOP)
    before = fingerprint(read_graph(db))
    artifact = dropped(db, WAYS[way])
    assert fingerprint(read_graph(db)) != before
    assert artifact.kind == way
    assert artifact.row_count == 500

    result = runs.run(db, recovery.plan_restore(db, artifact.id))

    assert result.state is RunState.DONE
    assert fingerprint(read_graph(db)) == before
    assert differing_rows(db) == 0
    (artifact,) = recovery.artifacts(db)
    assert (artifact.status, artifact.released_run) == ("restored", result.run_id)
    assert ledger.steps(db, result.run_id)[0].migration_id is None


@pytest.mark.parametrize("way", WAYS)
def test_a_preview_says_what_would_come_back(make_db: MakeDb, way: str) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS[way])

    shown = recovery.preview(db, artifact.id)

    assert shown.possible
    assert shown.rows_kept == shown.rows_now == 500
    assert shown.sql == recovery.plan_restore(db, artifact.id).steps[0].sql
    assert any("goods_code_key" in name for name in shown.returns)
    if way.startswith("archive"):
        assert shown.intact is True


@pytest.mark.parametrize("way", ["soft_drop_column", "archive_column"])
def test_rows_written_since_are_said_and_never_overwritten(make_db: MakeDb, way: str) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS[way])
    db.execute("INSERT INTO goods (id, amount) SELECT i, 1 FROM generate_series(501, 503) AS i")
    db.execute("DELETE FROM goods WHERE id <= 2")

    shown = recovery.preview(db, artifact.id)
    runs.run(db, recovery.plan_restore(db, artifact.id))

    assert (shown.rows_matched, shown.rows_written_since) == (498, 3)
    assert shown.rows_missing == (2 if way == "archive_column" else 0)
    assert shown.becomes_nullable
    found = db.execute("SELECT count(*), count(code) FROM goods WHERE id > 500").fetchone()
    assert found == (3, 0)
    assert db.execute("SELECT count(*) FROM goods AS g JOIN kept_aside AS k USING (id)"
                      " WHERE g.code = k.code").fetchone() == (498,)  # fmt: skip


@pytest.mark.parametrize("way", ["archive_column", "archive_table"])
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE {} SET code = 'edited' WHERE id = 77",
        "DELETE FROM {} WHERE id = 77",
        "UPDATE {} SET code = CASE id WHEN 1 THEN 'c2' ELSE 'c1' END WHERE id IN (1, 2)",
    ],
)
def test_a_tampered_archive_is_refused_with_nothing_changed(
    make_db: MakeDb, way: str, edit: str
) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS[way])
    after_drop = fingerprint(read_graph(db))
    db.execute(f"ALTER TABLE {artifact.physical_name} DROP CONSTRAINT IF EXISTS x".encode())
    if way == "archive_table":
        parked = db.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND contype = 'u'",
            [artifact.physical_name],
        ).fetchone()
        assert parked is not None
        db.execute(f"ALTER TABLE {artifact.physical_name} DROP CONSTRAINT {parked[0]}".encode())
    db.execute(edit.format(artifact.physical_name).encode())
    plan = recovery.plan_restore(db, artifact.id)

    assert recovery.preview(db, artifact.id).intact is False
    with pytest.raises(TamperedError):
        runs.run(db, plan)

    assert fingerprint(read_graph(db)) == after_drop
    assert recovery.find(db, artifact.id).status == "kept"


@pytest.mark.parametrize("way", WAYS)
def test_a_purge_destroys_it_for_good(make_db: MakeDb, way: str) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS[way])

    runs.run(db, recovery.plan_purge(db, artifact.id))

    assert recovery.find(db, artifact.id).status == "purged"
    assert not recovery.inspect(db, artifact.id).exists
    with pytest.raises(ArtifactGoneError, match="purged already"):
        recovery.plan_restore(db, artifact.id)


def test_a_restore_planned_twice_runs_once(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS["soft_drop_table"])
    first, second = (recovery.plan_restore(db, artifact.id) for _ in range(2))
    runs.run(db, first)

    with pytest.raises(ConflictError, match="no kept artifact"):
        runs.run(db, second)

    assert differing_rows(db) == 0


def test_a_name_taken_meanwhile_is_a_blocker(make_db: MakeDb) -> None:
    db = make_db(SHOP)
    artifact = dropped(db, WAYS["soft_drop_table"])
    db.execute("CREATE TABLE goods (id int)")

    shown = recovery.preview(db, artifact.id)

    assert not shown.possible
    assert "its name is taken" in shown.blockers[0]


ROWS = """
CREATE TYPE pair AS (one integer, other text);
CREATE TABLE goods (id integer PRIMARY KEY, code pair NOT NULL);
INSERT INTO goods VALUES (1, '(1,a)'), (2, '(1,)'), (3, '(,)');
"""


@pytest.mark.parametrize("way", ["soft_drop_column", "archive_column"])
def test_a_row_that_holds_a_null_is_a_value_like_any_other(make_db: MakeDb, way: str) -> None:
    db = make_db(ROWS)
    before = fingerprint(read_graph(db))
    artifact = dropped(db, WAYS[way])

    result = runs.run(db, recovery.plan_restore(db, artifact.id))

    assert result.state is RunState.DONE
    assert fingerprint(read_graph(db)) == before
    found = db.execute("SELECT code::text FROM goods ORDER BY id").fetchall()
    assert found == [("(1,a)",), ("(1,)",), ("(,)",)]


def test_values_that_python_has_no_date_for_are_shown(make_db: MakeDb) -> None:
    db = make_db(
        "CREATE TABLE goods (id integer PRIMARY KEY, code timestamp);"
        "INSERT INTO goods VALUES (1, '-infinity'), (2, '0044-03-15 BC'), (3, NULL)"
    )
    artifact = dropped(db, WAYS["soft_drop_column"])

    assert recovery.preview(db, artifact.id).possible
    shown = recovery.inspect(db, artifact.id).sample
    assert shown == (("1", "-infinity"), ("2", "0044-03-15 00:00:00 BC"), ("3", None))


def test_a_column_that_comes_back_in_batches_alone_is_restored(make_db: MakeDb) -> None:
    """Nothing hangs on it, so that its values are the last stage."""
    db = make_db(SHOP)
    artifact = dropped(db, {"op": "archiveColumn", "column": "at", **COLUMN})

    runs.run(db, recovery.plan_restore(db, artifact.id))

    assert differing_rows(db) == 0
    assert recovery.find(db, artifact.id).status == "restored"


def test_a_composite_value_with_an_empty_field_comes_back_from_the_archive(
    make_db: MakeDb,
) -> None:
    db = make_db(
        "CREATE TYPE public.size AS (wide integer, high integer);"
        "CREATE TABLE public.goods (id integer PRIMARY KEY, size public.size);"
        "INSERT INTO goods VALUES (1, ROW(1, 2)), (2, ROW(2, NULL)), (3, NULL), (4, (NULL, NULL));"
        "CREATE TABLE kept_aside AS SELECT * FROM goods;"
    )
    artifact = dropped(db, {"op": "archiveColumn", "column": "size", **COLUMN})

    runs.run(db, recovery.plan_restore(db, artifact.id))

    assert db.execute(
        "SELECT g.id FROM goods AS g JOIN kept_aside AS k USING (id)"
        " WHERE record_image_ne(ROW(g.size), ROW(k.size))"
    ).fetchall() == []  # fmt: skip
