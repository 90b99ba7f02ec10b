"""Make it safe by the command line: the file is written anew, and both scores are shown."""

from __future__ import annotations

import pytest

from migrate_core.files.migration import load
from migrate_core.risk import verdict
from tests.migrate_core.cli.conftest import DEMO, Shop, Zanith

pytestmark = pytest.mark.db

ID = "20260101_000000_by_hand"
RISKY = """# why this is wanted
description: By hand
operations:
  - op: dropColumn
    table: public.users
    column: legacy_uuid
  - op: alterColumnType
    table: public.visits
    column: hits
    to: {type: bigint}
  - op: addColumn
    table: public.users
    column: {name: country, type: text, not_null: true}
"""
VISITS = """
CREATE TABLE public.visits (id integer PRIMARY KEY, hits integer NOT NULL);
CREATE INDEX visits_hits ON public.visits (hits);
INSERT INTO public.visits SELECT n, n FROM generate_series(1, 100) AS n;
"""
WANTED = "ALTER TABLE users DROP legacy_uuid, ADD country text NOT NULL;"


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the tables could not be rewritten in a moment: then there is something to soften."""
    monkeypatch.setattr(verdict, "BRIEF_BYTES", 0)
    monkeypatch.setattr(verdict, "SHORT_BYTES", 0)


def test_each_step_becomes_its_safe_form_with_both_scores(shop: Shop, zanith: Zanith) -> None:
    shop.db.execute(VISITS)
    path = shop.migration(RISKY)

    planned = zanith("migrate", "plan")
    made = zanith("migrate", "soften", "--backfill", "users.country='NL'")

    assert "can be softDropColumn, 80 -> 35" in planned.out
    assert made.code == 0, made.err
    assert "dropColumn (destructive, 80)" in made.out
    assert "softDropColumn (medium, 35)" in made.out
    assert "alterColumnType (high, 60)" in made.out
    assert "later contractColumn" in made.out
    assert "addColumn (blocked, 95)" in made.out
    assert "comments and its layout are lost" in made.err
    kinds = [op.kind for op in load(path).operations]
    assert kinds == [
        "softDropColumn",
        "expandColumn",
        "addColumn",
        "backfill",
        "alterColumnNullable",
    ]
    assert """expression: "'NL'\"""" in path.read_text(encoding="utf-8")
    contract = load(path.with_name("20260101_000001_by_hand_contract.yaml"))
    assert (contract.needs, [op.kind for op in contract.operations]) == (ID, ["contractColumn"])


def test_what_was_made_safe_runs_and_reaches_the_same_schema(shop: Shop, zanith: Zanith) -> None:
    shop.db.execute(VISITS)
    for file in (shop.folder / "declared").iterdir():
        file.unlink()
    base = (DEMO / "base.sql").read_text(encoding="utf-8")
    wanted = f"{base}\n{VISITS.replace('hits integer', 'hits bigint')}\n{WANTED}"
    lines = [line for line in wanted.splitlines() if not line.startswith("INSERT")]
    (shop.folder / "declared" / "all.sql").write_text("\n".join(lines), encoding="utf-8")
    shop.migration(RISKY)
    zanith("migrate", "soften", "--backfill", "users.country='NL'")

    planned = zanith("migrate", "plan", "--format", "json")
    for id in (ID, "20260101_000001_by_hand_contract"):
        applied = zanith("migrate", "up", "--to", id)
        assert applied.code == 0, applied.err + applied.out

    assert [plan["score"] for plan in planned.data["plans"]] == [35, 35]
    assert shop.count("SELECT pg_typeof(hits)::oid::int FROM visits LIMIT 1") == 20
    assert shop.count("SELECT count(*) FROM users WHERE country = 'NL'") == 300
    assert zanith("migrate", "drift").code == 0


def test_one_step_alone_and_a_dry_run_write_no_more_than_asked(shop: Shop, zanith: Zanith) -> None:
    shop.db.execute(VISITS)
    path = shop.migration(RISKY)

    dry = zanith("migrate", "soften", "--dry-run", "--step", "1")
    told = zanith("migrate", "soften", "--dry-run", "--step", "1", "--format", "json")

    assert path.read_text(encoding="utf-8") == RISKY
    assert "op: softDropColumn" in dry.out
    assert "op: alterColumnType" in dry.out
    (step,) = told.data["steps"]
    assert (step["kinds"], step["score"], step["safer_score"]) == (["softDropColumn"], 80, 35)
    assert told.data["contract"] is None


def test_a_value_that_is_not_known_is_asked_for(shop: Shop, zanith: Zanith) -> None:
    shop.db.execute(VISITS)
    shop.migration(RISKY)

    refused = zanith("migrate", "soften", "--step", "3")

    assert refused.code == 2
    assert "--backfill public.users.country=EXPRESSION" in refused.err


def test_a_step_without_a_safer_form_is_refused_by_name(shop: Shop, zanith: Zanith) -> None:
    path = shop.migration("operations:\n  - op: rawSql\n    sql: DROP TABLE public.users\n")

    refused = zanith("migrate", "soften", ID, "--step", "1")

    assert refused.code == 2
    assert "rawSql has no safer form here" in refused.err
    assert "DROP TABLE" in path.read_text(encoding="utf-8")


def test_what_a_later_step_needs_is_not_made_to_wait(shop: Shop, zanith: Zanith) -> None:
    shop.db.execute(VISITS)
    shop.migration(
        "operations:\n"
        "  - {op: renameColumn, table: public.visits, column: hits, to: seen}\n"
        "  - {op: alterColumnType, table: public.visits, column: seen, to: {type: bigint}}\n"
    )

    refused = zanith("migrate", "soften", ID, "--step", "1")

    assert refused.code == 2
    assert "would not lead to the same schema" in refused.err


def test_what_was_answered_is_used_when_it_is_generated_again(shop: Shop, zanith: Zanith) -> None:
    first = zanith(
        "migrate", "generate", "--name", "retire", "--backfill", "users.last_login=created_at",
        "--drops", "plain",
    )  # fmt: skip
    assert first.code == 0, first.err
    (path,) = (shop.folder / "migrations").glob("*.yaml")
    softened = zanith("migrate", "soften", path.stem)
    assert softened.code == 0, softened.err
    kept = sorted((op.kind, op.label) for op in load(path).operations)

    again = zanith("migrate", "generate", "--again", path.stem)

    assert again.code == 0, again.err
    assert sorted((op.kind, op.label) for op in load(path).operations) == kept
    assert ("softDropColumn", "public.users.legacy_uuid") in kept
    assert "expression: created_at" in path.read_text(encoding="utf-8")
