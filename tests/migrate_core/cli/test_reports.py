"""plan, verify and drift in every format, on real databases."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError
from junitparser import JUnitXml

from migrate_core.cli.formats import NAMES
from migrate_core.cli.reports.schema import report_schema, schema_text
from tests.migrate_core.cli.conftest import Shop, Zanith
from tests.published import SARIF, published

pytestmark = pytest.mark.db

PUBLISHED = Path(__file__).parents[3] / "docs" / "report.schema.json"
GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Draft202012Validator(report_schema())
# Adds a column and its index, renames one, drops one that holds values.
STORY = """
description: The story of the golden files
operations:
  - op: addColumn
    table: public.users
    column: {name: last_login, type: timestamp with time zone}
  - op: addIndex
    table: public.users
    index:
      name: users_last_login_idx
      definition: USING btree (last_login)
      columns: [last_login]
  - {op: renameColumn, table: public.customers, column: phone, to: telephone}
  - {op: dropColumn, table: public.users, column: legacy_uuid}
"""
ID = "20260101_000000_story"


# What another run, or another machine, has otherwise.
MEASURED = (
    "elapsed_ms|bytes|semanticVersion|major|reads|writes|counted_seconds|dead_rows|frozen_age"
    "|low|high|holds_low|holds_high|written|read"
)


def files(*formats: str) -> list[str]:
    return [f"--report={format}=report.{format}" for format in formats or NAMES]


def written(format: str) -> str:
    return Path(f"report.{format}").read_text(encoding="utf-8")


def document() -> Any:
    found = json.loads(written("json"))
    SCHEMA.validate(found)
    return found


def sarif() -> dict[str, Any]:
    found = json.loads(written("sarif"))
    Draft7Validator(published(SARIF)).validate(found)
    (run,) = found["runs"]
    return dict(run)


def lines_of(run: dict[str, Any], rule: str) -> list[tuple[str, int | None]]:
    """(file, line) of the results of a rule."""
    return [
        (place["artifactLocation"]["uri"], place.get("region", {}).get("startLine"))
        for result in run["results"]
        if result["ruleId"] == rule
        for place in [result["locations"][0]["physicalLocation"]]
    ]


def steady(text: str, shop: Shop) -> str:
    """Without what another database, size, clock or version has otherwise."""
    name = shop.db.info.dbname
    for spelled in (name, name.replace("_", "&#95;")):
        text = text.replace(spelled, "shop")
    text = re.sub(r"\b[0-9a-f]{64}\b", "<sha256>", text)
    text = re.sub(r"\b\d+ kB\b", "N kB", text)
    text = re.sub(rf'("(?:{MEASURED})": )[^,\n]+', r'\1"..."', text)
    return re.sub(r'time="[\d.]+"', 'time="..."', text)


@pytest.mark.parametrize("format", NAMES)
def test_the_golden_files_are_what_the_story_gives(
    shop: Shop, zanith: Zanith, request: pytest.FixtureRequest, format: str
) -> None:
    shop.migration(STORY, id=ID)

    found = zanith("migrate", "plan", "--format", format)
    golden = GOLDEN / f"plan.{format}"
    if request.config.getoption("--golden"):
        golden.write_text(steady(found.out, shop), encoding="utf-8")

    assert found.code == 3
    assert steady(found.out, shop) == golden.read_text(encoding="utf-8")


def test_one_run_writes_every_format_and_ends_as_it_would_without(
    shop: Shop, zanith: Zanith
) -> None:
    shop.migration(STORY, id=ID)

    plain = zanith("migrate", "plan")
    found = zanith("migrate", "plan", *files())
    (suite,) = JUnitXml.fromstring(written("junit").encode())

    assert (plain.code, found.code) == (3, 3)
    assert found.out == plain.out
    assert document()["plans"][0]["migration_id"] == ID
    assert lines_of(sarif(), "drops_column_with_data") == [("declared/20_people.sql", 1)]
    assert lines_of(sarif(), "adds_index") == [("declared/20_people.sql", 9)]
    assert lines_of(sarif(), "rename_column") == [("declared/20_people.sql", 18)]
    assert sarif()["invocations"][0]["exitCode"] == 3
    assert suite.failures >= 2


def test_paths_are_seen_from_the_repositorys_root(
    shop: Shop, zanith: Zanith, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.folder / ".git").mkdir()
    (shop.folder / "deep").mkdir()
    monkeypatch.chdir(shop.folder / "deep")
    shop.migration(STORY, id=ID)

    zanith("migrate", "plan", "--config", "../zanith.toml", *files("sarif"))

    assert lines_of(sarif(), "adds_index") == [("declared/20_people.sql", 9)]


def test_a_dropped_table_is_annotated_at_the_migrations_file(shop: Shop, zanith: Zanith) -> None:
    shop.db.execute("CREATE TABLE old (a int); INSERT INTO old VALUES (1)")
    shop.migration("operations:\n  - {op: softDropTable, name: public.old}\n", id=ID)

    found = zanith("migrate", "plan", "--format", "github", *files("sarif"))

    assert found.code == 0
    assert f"::warning file=migrations/{ID}.yaml,title=zanith plan" in found.out
    assert lines_of(sarif(), "parks_table") == [(f"migrations/{ID}.yaml", None)]


def test_a_name_from_a_database_is_a_name_in_every_format(shop: Shop, zanith: Zanith) -> None:
    name = "a|b`<script>\n::error::@everyone ##[x] %0A,c:d"
    quoted = f'public."{name}"'
    shop.db.execute(f"CREATE TABLE {quoted} (a int)".encode())
    shop.migration(f"operations:\n  - {{op: softDropTable, name: {json.dumps(quoted)}}}\n", id=ID)

    found = zanith("migrate", "plan", "--format", "github", *files())
    (suite,) = JUnitXml.fromstring(written("junit").encode())

    assert found.code == 0, found.err
    assert all(line.startswith(("::warning", "::notice")) for line in found.out.splitlines())
    assert document()["plans"][0]["steps"][0]["subject"] == quoted
    assert f"softDropTable {quoted}: " in sarif()["results"][0]["message"]["text"]
    assert next(case.name for case in suite) == f"step 01: softDropTable {quoted}"
    (row,) = [line for line in written("markdown").splitlines() if line.startswith("| 01 |")]
    assert "<script>" not in row
    assert "@e" not in row
    assert row.count("|") == 9


def test_nothing_pending_is_a_clean_report(shop: Shop, zanith: Zanith) -> None:
    for command in ("plan", "verify"):
        found = zanith("migrate", command, *files())

        assert found.code == 0
        assert sarif()["results"] == []
        assert "nothing is pending" in written("markdown")
        assert JUnitXml.fromstring(written("junit").encode()).failures == 0
        assert document()["version"] == 1


def test_a_rehearsal_that_ends_elsewhere_says_where(shop: Shop, zanith: Zanith) -> None:
    shop.migration(STORY, id=ID)

    found = zanith("migrate", "verify", "--format", "github", *files())
    places = lines_of(sarif(), "schema_difference")

    assert found.code == 5
    assert found.out == written("github")
    assert ("declared/20_people.sql", 18) in places  # phone is declared, telephone is there
    assert all(result["locations"] for result in sarif()["results"])
    assert not document()["ok"]
    assert "customers.phone" in written("markdown")
    assert JUnitXml.fromstring(written("junit").encode()).failures >= 2


def test_a_rehearsal_that_ends_as_declared_passes_in_every_format(
    shop: Shop, zanith: Zanith
) -> None:
    zanith("migrate", "generate", "--name", "x", "--backfill", "users.last_login=created_at")

    found = zanith("migrate", "verify", *files())
    kept = zanith("migrate", "verify", "--keep", "--format", "json")
    dropped = zanith("migrate", "verify", "--drop-kept", "--format", "json")
    refused = zanith("migrate", "verify", "--drop-kept", "--format", "sarif")

    assert (found.code, kept.code, dropped.code, refused.code) == (0, 0, 0, 2)
    assert document()["ok"]
    assert sarif()["results"] == []
    assert "::error" not in written("github")
    assert JUnitXml.fromstring(written("junit").encode()).failures == 0
    SCHEMA.validate(kept.data)
    SCHEMA.validate(dropped.data)


def test_drift_is_told_in_every_format_and_points_at_what_drifted(
    shop: Shop, zanith: Zanith
) -> None:
    zanith("migrate", "adopt")
    clean = zanith("migrate", "drift", *files())
    assert clean.code == 0
    assert sarif()["results"] == []

    shop.db.execute("ALTER TABLE orders ADD extra text")
    found = zanith("migrate", "drift", "--format", "github", *files())

    assert found.code == 4
    assert document()["changed"] == ["table public.orders"]
    assert lines_of(sarif(), "live_drift") == [("declared/40_sales.sql", 22)]
    assert found.out.startswith("::error file=declared/40_sales.sql,line=22,title=zanith drift")
    assert "<code>table public.orders</code>" in written("markdown")


@pytest.mark.parametrize("format", NAMES)
def test_an_error_is_told_in_the_format_that_was_asked_for(
    shop: Shop, zanith: Zanith, format: str
) -> None:
    zanith("migrate", "generate", "--name", "x", "--backfill", "users.last_login=created_at")
    shop.declare("20_people.sql", ("email text NOT NULL", "email txxt NOT NULL"))

    found = zanith("migrate", "verify", "--format", format, *files())

    assert found.code == 1
    assert found.out == written(format)
    assert 'type "txxt" does not exist' in found.err
    assert document()["error"]["code"] == "declared_schema"
    assert not sarif()["invocations"][0]["executionSuccessful"]
    assert JUnitXml.fromstring(written("junit").encode()).errors == 1
    assert written("github").startswith("::error file=declared/20_people.sql,line=3,title=")
    assert "txxt" in written("markdown")


def test_a_migration_file_that_does_not_load_is_annotated(shop: Shop, zanith: Zanith) -> None:
    shop.migration("operations:\n  - {op: addColumn, table: public.users, colum: x}\n", id=ID)

    found = zanith("migrate", "plan", "--format", "github")

    assert found.code == 1
    assert found.out.startswith(f"::error file=migrations/{ID}.yaml,line=2,title=zanith plan")


def test_a_report_that_cannot_be_written_is_an_error(shop: Shop, zanith: Zanith) -> None:
    found = zanith("migrate", "drift", "--report", "sarif=no/such/folder")

    assert found.code == 1
    assert '"no/such/folder": No such file or directory' in found.err
    assert zanith("migrate", "drift", "--report", "sarif").code == 2
    assert zanith("migrate", "drift", "--report", "text=x").code == 2


def test_the_published_schema_is_the_one_that_the_types_give() -> None:
    """`python -m migrate_core.cli.reports.schema > docs/report.schema.json` writes it anew."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()
    Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize(
    "value", [{}, {"version": 1}, {"version": 2, "plans": []}, {"version": 1, "plans": [{}]}]
)
def test_the_schema_refuses_what_is_no_report(value: dict[str, Any]) -> None:
    SCHEMA.validate({"version": 1, "plans": []})

    with pytest.raises(ValidationError):
        SCHEMA.validate(value)
