"""A key grows by the command line: two migrations, the second only after the first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrate_core.cli.conftest import Shop, Zanith

pytestmark = pytest.mark.db

LIVE = """
CREATE TABLE public.visits (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    page text NOT NULL
);
INSERT INTO visits (page) SELECT 'page ' || n FROM generate_series(1, 100) AS n;
CREATE TABLE public.clicks (visit integer CONSTRAINT clicks_visit REFERENCES visits (id));
INSERT INTO clicks SELECT n FROM generate_series(1, 100) AS n;
"""
DECLARED = LIVE.replace("id integer", "id bigint")
GENERATE = ("migrate", "generate", "--name", "big_ids", "--expand", "visits.id")


@pytest.fixture
def visits(shop: Shop, zanith: Zanith) -> tuple[Path, Path]:
    """The files that generate wrote, expand and contract."""
    shop.db.execute(LIVE)
    base = shop.folder / "declared"
    for file in base.iterdir():
        file.unlink()
    tables = [line for line in DECLARED.splitlines() if not line.startswith("INSERT")]
    (base / "visits.sql").write_text("\n".join(tables), encoding="utf-8")
    shop.db.execute("DROP TABLE IF EXISTS users, orders, order_items, products CASCADE")
    found = zanith(*GENERATE, "--drops", "plain")
    assert found.code == 0, found.err
    expand, contract = sorted((shop.folder / "migrations").glob("*.yaml"))
    return expand, contract


def test_each_is_rehearsed_and_applied_by_itself(
    shop: Shop, zanith: Zanith, visits: tuple[Path, Path]
) -> None:
    expand, contract = visits
    options = ("--allow-destructive", "--max-risk", "100")
    planned = zanith("migrate", "plan", "--format", "json", *options)
    first = zanith("migrate", "up", "--steps", "1", *options)
    shop.db.execute("INSERT INTO visits (page) VALUES ('between')")
    second = zanith("migrate", "up", *options)
    shop.db.execute("INSERT INTO visits (page) VALUES ('after')")

    assert (planned.code, first.code, second.code) == (0, 0, 0), first.err + second.err
    assert expand.stem.endswith("_big_ids_expand")
    assert f"needs: '{expand.stem}'" in contract.read_text(encoding="utf-8")
    assert shop.count("SELECT count(*) FROM visits WHERE id IN (101, 102)") == 2
    assert shop.count("SELECT pg_typeof(id)::oid::int FROM visits LIMIT 1") == 20
    assert zanith("migrate", "drift").code == 0
    assert "Nothing to generate" in zanith("migrate", "generate", "--name", "again").out
    refused = zanith("recover", "restore-column", "visits.id", "--dry-run")
    assert refused.code == 1
    assert "a new column has taken the place of public.visits.id" in refused.out + refused.err


def test_a_contract_is_refused_before_its_expansion(
    shop: Shop, zanith: Zanith, visits: tuple[Path, Path]
) -> None:
    expand, _contract = visits
    expand.unlink()

    refused = zanith("migrate", "up", "--allow-destructive")

    assert refused.code == 1
    assert f"needs {expand.stem}, which is not applied here" in refused.err


def test_an_expansion_is_undone(shop: Shop, zanith: Zanith, visits: tuple[Path, Path]) -> None:
    options = ("--allow-destructive", "--max-risk", "100")
    applied = zanith("migrate", "up", "--steps", "1", *options)
    undone = zanith("migrate", "down", *options)

    assert (applied.code, undone.code) == (0, 0), undone.err
    helpers = "SELECT count(*) FROM pg_attribute WHERE attname LIKE '\\_zanith\\_new%'"
    assert shop.count(helpers + " AND NOT attisdropped") == 0


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ("visits.page", "its change writes no row"),
        ("visits.nothing", "the target has no such column"),
    ],
)
def test_what_cannot_be_expanded_is_refused_with_the_way_out(
    shop: Shop, zanith: Zanith, visits: tuple[Path, Path], column: str, problem: str
) -> None:
    for file in visits:
        file.unlink()
    refused = zanith(*GENERATE[:-1], column)

    assert refused.code == 2
    assert problem in refused.err
