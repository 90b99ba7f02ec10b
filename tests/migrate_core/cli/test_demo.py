"""The storefront: its five stories start from one schema and end as they say."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from migrate_core import api
from migrate_core.declared.scratch import ShadowServer
from migrate_core.declared.sources import FolderSource, TextSource
from migrate_core.files.migration import load
from migrate_core.pg.connect import Endpoint
from migrate_core.schema.delta import Answers, DropMode
from migrate_core.schema.edges import column_ref
from migrate_core.schema.graph import SchemaGraph
from tests.migrate_core.cli.conftest import DEMO, url_of

STORIES = {
    "green": ["addColumn", "addIndex", "softDropColumn", "backfill"],
    "over_budget": ["addColumn", "dropColumn"],
    "drift": ["addColumn", "addIndex"],
    "failing_third_step": ["addColumn", "addIndex", "backfill", "softDropColumn"],
    "restore": ["softDropColumn", "softDropTable"],
}


@pytest.fixture(scope="session")
def shadow(shadow_url: str) -> ShadowServer:
    return ShadowServer(Endpoint.from_url(shadow_url))


@pytest.fixture(scope="session")
def base(shadow: ShadowServer) -> SchemaGraph:
    text = (DEMO / "base.sql").read_text(encoding="utf-8")
    return api.wanted(TextSource((("base.sql", text),)), shadow, shadow.version, None).graph


def story(name: str) -> dict[str, Any]:
    return tomllib.loads((DEMO / "stories" / name / "story.toml").read_text(encoding="utf-8"))


def test_every_folder_is_a_story() -> None:
    assert {path.name for path in (DEMO / "stories").iterdir()} == set(STORIES)


@pytest.mark.db
@pytest.mark.parametrize("name", STORIES)
def test_a_story_leads_from_the_base_to_its_declared_schema(
    base: SchemaGraph, shadow: ShadowServer, name: str
) -> None:
    told = story(name)
    source = FolderSource(str(DEMO / "stories" / name / "declared"))
    wanted = api.wanted(source, shadow, shadow.version, None).graph
    backfills = tuple(
        (column_ref(base.tables[0].name.renamed(key.split(".")[0]), key.split(".")[1]), sql)
        for key, sql in told.get("backfills", {}).items()
    )
    given = Answers(drops=DropMode(told["drops"]), backfills=backfills)

    found = api.generate(base, wanted, name=told["name"], answers=given)

    assert [op.kind for op in found.migration.operations] == STORIES[name]
    assert found.backfills_needed == ()


def test_the_migration_edited_by_hand_does_not_lead_to_the_declared_schema(
    base: SchemaGraph, shadow: ShadowServer
) -> None:
    folder = DEMO / "stories" / "drift"
    by_hand = load(folder / story("drift")["migration"])
    wanted = api.wanted(FolderSource(str(folder / "declared")), shadow, shadow.version, None).graph

    assert not api.after(base, by_hand).same(wanted)


@pytest.mark.db
def test_the_data_is_large_and_the_same_every_time(
    make_db: Callable[..., psycopg.Connection],
) -> None:
    ddl = (DEMO / "base.sql").read_text() + (DEMO / "data.sql").read_text()
    sums = []
    for db in (make_db(ddl), make_db(ddl)):
        tables = [row[0] for row in db.execute(TABLES).fetchall()]
        queries = [SUM.replace("TABLE", table).encode() for table in tables]
        sums.append([db.execute(query).fetchone() for query in queries])

    assert sums[0] == sums[1]
    assert sum(row[0] for row in sums[0] if row) > 200_000


TABLES = """
SELECT oid::regclass::text
  FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
 ORDER BY 1
"""
SUM = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM TABLE AS t"


@pytest.mark.db
def test_the_failing_story_is_broken_and_mended_by_its_own_scripts(
    make_db: Callable[..., psycopg.Connection],
) -> None:
    db = make_db((DEMO / "base.sql").read_text())
    db.execute("INSERT INTO users (id, email, legacy_uuid) VALUES (gen_random_uuid(),"
               " 'user7777@example.com', '20230228-0000-4000-8000-000000000001')")  # fmt: skip
    expression = story("failing_third_step")["backfills"]["users.last_login"]
    query = f"SELECT {expression} FROM users".encode()
    folder: Path = DEMO / "stories" / "failing_third_step"

    db.execute((folder / "break.sql").read_bytes())
    with pytest.raises(psycopg.errors.DatetimeFieldOverflow):
        db.execute(query)
    db.execute((folder / "mend.sql").read_bytes())

    assert db.execute(query).fetchone() is not None
    assert Endpoint.from_url(url_of(db)).dbname == db.info.dbname
