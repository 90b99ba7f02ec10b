from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection

from migrate_core import recovery
from migrate_core.errors import MisuseError
from migrate_core.recovery.artifacts import ArtifactGoneError
from tests import runs

MakeDb = Callable[..., Connection[Any]]
NOTES = """
CREATE TABLE public.notes (id integer PRIMARY KEY, body text, weight numeric);
INSERT INTO public.notes VALUES
    (1, 'plain', 1.50), (2, E'two\nlines, "quoted" \\\\ and \ttabs', NULL), (3, NULL, 0),
    (4, 'Grüße 🐘', -1);
"""
COLUMN = {"op": "softDropColumn", "table": "public.notes", "column": "body"}
TABLE = {"op": "softDropTable", "name": "public.notes"}


def dropped(db: Connection[Any], operation: dict[str, Any]) -> Any:
    runs.run(db, runs.plan_for(db, (operation,)))
    return recovery.artifacts(db)[0].id


def test_a_column_goes_out_with_the_key_of_its_rows_under_its_own_name(make_db: MakeDb) -> None:
    db = make_db(NOTES)
    bodies = db.execute("SELECT id, body FROM notes ORDER BY id").fetchall()
    artifact = dropped(db, COLUMN)

    lines = b"".join(recovery.export(db, artifact, "jsonl")).splitlines()
    table = list(csv.DictReader(io.StringIO(_text(db, artifact, "csv"), newline="")))
    array = json.loads(_text(db, artifact, "json"))

    expected = [{"id": id, "body": body} for id, body in bodies]
    assert [json.loads(line) for line in lines] == array == expected
    assert [(int(r["id"]), r["body"]) for r in table] == [(i, b or "") for i, b in bodies]


def test_a_table_goes_out_whole(make_db: MakeDb) -> None:
    db = make_db(NOTES)
    artifact = dropped(db, TABLE)

    rows = [json.loads(line) for line in _text(db, artifact, "jsonl").splitlines()]

    assert rows[0] == {"id": 1, "body": "plain", "weight": 1.5}
    assert len(rows) == 4


def test_an_empty_table_is_an_empty_array(make_db: MakeDb) -> None:
    db = make_db(NOTES + "TRUNCATE notes;")

    assert json.loads(_text(db, dropped(db, TABLE), "json")) == []


def test_rows_are_streamed(make_db: MakeDb) -> None:
    """The first block is there while most of the table has not been read."""
    db = make_db(NOTES)
    db.execute("INSERT INTO notes SELECT i, repeat('x', 1000) FROM generate_series(5, 20000) AS i")
    artifact = dropped(db, TABLE)

    stream = recovery.export(db, artifact, "csv")
    first = next(stream)

    assert len(first) < 100_000
    assert sum(len(block) for block in stream) > 19_000_000


def test_an_unknown_format_or_artifact_is_refused(make_db: MakeDb) -> None:
    db = make_db(NOTES)
    artifact = dropped(db, TABLE)

    with pytest.raises(MisuseError):
        recovery.export(db, artifact, "xlsx")
    with pytest.raises(ArtifactGoneError):
        recovery.export(db, uuid4(), "csv")


def _text(db: Connection[Any], artifact: Any, format: str) -> str:
    return b"".join(recovery.export(db, artifact, format)).decode()
