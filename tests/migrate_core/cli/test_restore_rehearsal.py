"""A restore is run on the shadow first: what only running shows is told before the target is."""

from __future__ import annotations

import pytest

from migrate_core.verify.parked import NOT_KNOWN
from tests.migrate_core.cli.conftest import Result, Shop, Zanith

VIEW_OF_A_FUNCTION = """
CREATE FUNCTION public.half(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n / 2';
ALTER TABLE public.users ADD age integer;
CREATE VIEW public.halves AS SELECT id, public.half(age) + 1 AS half FROM public.users;
"""
KEYED = """
CREATE TABLE public.teams (id integer, CONSTRAINT teams_pkey PRIMARY KEY (id));
CREATE TABLE public.members (
    id integer PRIMARY KEY,
    team_id integer CONSTRAINT of_team REFERENCES public.teams
);
"""
FILLED = "INSERT INTO public.teams VALUES (1);\nINSERT INTO public.members VALUES (1, 1);\n"


def parked(shop: Shop, zanith: Zanith, ddl: str, operation: str) -> None:
    """What `ddl` makes is there, and `operation` has parked some of it."""
    for statement in ddl.strip().split(";\n"):
        shop.db.execute(statement.encode())
    shop.migration(f"operations:\n- {operation}\n")
    (shop.folder / "zanith.toml").write_text("[policy]\nverify = false\n")
    done = zanith("migrate", "up")
    assert done.code == 0, done.err
    (shop.folder / "zanith.toml").write_text("")


def changed(shop: Shop, zanith: Zanith, ddl: str) -> None:
    """By hand, and adopted: what only a run of the restore can trip over."""
    for statement in ddl.strip().split(";\n"):
        shop.db.execute(statement.encode())
    assert zanith("migrate", "adopt").code == 0


@pytest.fixture
def unfit(shop: Shop, zanith: Zanith) -> Shop:
    """The view that comes back with users.age adds 1 to what is a text by now."""
    drop = "{op: softDropColumn, table: public.users, column: age}"
    parked(shop, zanith, VIEW_OF_A_FUNCTION, drop)
    changed(
        shop,
        zanith,
        "DROP FUNCTION public.half(integer);\n"
        "CREATE FUNCTION public.half(n integer) RETURNS text LANGUAGE sql AS 'SELECT n::text'",
    )
    return shop


def restore(zanith: Zanith, *words: str, kind: str = "column") -> Result:
    return zanith("recover", f"restore-{kind}", *words)


def test_what_only_running_shows_is_refused_before_the_target_is_touched(
    unfit: Shop, zanith: Zanith
) -> None:
    refused = restore(zanith, "users.age")

    assert refused.code == 5, refused
    assert "operator does not exist: text + integer" in refused.err
    assert "resume" not in refused.out + refused.err  # nobody resumes what was rehearsed
    assert "Nothing was changed in the target" in refused.err
    assert "--no-rehearsal" in refused.err
    assert "apply" in refused.out
    assert unfit.count("SELECT count(*) FROM _zanith_runs WHERE direction = 'restore'") == 0
    assert zanith("recover", "list", "--format", "json").data[0]["status"] == "kept"


def test_a_dry_run_rehearses_too_and_says_so_as_text_and_as_json(
    unfit: Shop, zanith: Zanith
) -> None:
    text = restore(zanith, "users.age", "--dry-run")
    json = restore(zanith, "users.age", "--dry-run", "--format", "json")
    answer = restore(zanith, "users.age", "--format", "json")

    assert (text.code, json.code, answer.code) == (5, 5, 5)
    assert "Rehearsed on the shadow" in text.out
    assert json.data["rehearsal"]["plan_hash"] == json.data["plan_hash"]
    assert json.data["rehearsal"]["says"].startswith("apply: step 1")
    assert "operator does not exist" in answer.out


def test_under_another_name_what_does_not_fit_stays_away_and_it_passes(
    unfit: Shop, zanith: Zanith
) -> None:
    looked = restore(zanith, "users.age", "--as", "age_before", "--dry-run", "--format", "json")
    done = restore(zanith, "users.age", "--as", "age_before", "--format", "json")

    assert (looked.code, done.code) == (0, 0), done.err
    assert looked.data["rehearsal"]["ok"] is True
    assert done.data["rehearsal"]["ok"] is True
    assert done.data["plan_hash"] == done.data["rehearsal"]["plan_hash"]
    assert unfit.count("SELECT count(*) FROM users WHERE age_before IS NULL") == 300


def test_without_a_rehearsal_the_target_itself_refuses(unfit: Shop, zanith: Zanith) -> None:
    done = restore(zanith, "users.age", "--no-rehearsal")

    assert done.code == 1
    assert "Not rehearsed: --no-rehearsal was given." in done.out
    assert "operator does not exist: text + integer" in done.err


def test_a_table_whose_foreign_key_finds_no_key_any_more_is_refused(
    shop: Shop, zanith: Zanith
) -> None:
    parked(shop, zanith, KEYED, "{op: softDropTable, name: public.members}")
    changed(shop, zanith, "ALTER TABLE public.teams DROP CONSTRAINT teams_pkey")

    refused = restore(zanith, "members", kind="table")
    changed(shop, zanith, "ALTER TABLE public.teams ADD CONSTRAINT teams_pkey PRIMARY KEY (id)")
    done = restore(zanith, "members", kind="table")

    assert refused.code == 5, refused
    assert "no unique constraint matching given keys" in refused.err
    assert done.code == 0, done.err
    assert "nothing left over" in done.out
    assert NOT_KNOWN in done.out
    assert shop.count("SELECT count(*) FROM members") == 0


def test_without_a_shadow_it_says_in_a_line_that_it_was_not_rehearsed(
    shop: Shop, zanith: Zanith, monkeypatch: pytest.MonkeyPatch
) -> None:
    parked(shop, zanith, KEYED, "{op: softDropTable, name: public.members}")
    monkeypatch.delenv("SHADOW_URL")

    looked = restore(zanith, "members", "--dry-run", "--format", "json", kind="table")
    done = restore(zanith, "members", kind="table")

    assert looked.data["rehearsal"] is None
    assert "no shadow server is configured" in looked.data["not_rehearsed"]
    assert "  Not rehearsed: no shadow server is configured (SHADOW_URL).\n" in done.out
    assert done.code == 0, done.err


def test_a_shadow_that_does_not_answer_is_told_from_a_restore_that_fails(
    shop: Shop, zanith: Zanith, monkeypatch: pytest.MonkeyPatch
) -> None:
    parked(shop, zanith, KEYED, "{op: softDropTable, name: public.members}")
    monkeypatch.setenv("SHADOW_URL", "postgresql://nobody@127.0.0.1:1/nowhere")

    refused = restore(zanith, "members", kind="table")
    done = restore(zanith, "members", "--no-rehearsal", kind="table")

    assert refused.code == 5
    assert "could not be rehearsed" in refused.err
    assert "Mend the shadow" in refused.err
    assert done.code == 0, done.err


def test_a_shadow_that_is_a_schema_cannot_and_that_is_said(shop: Shop, zanith: Zanith) -> None:
    parked(shop, zanith, KEYED, "{op: softDropTable, name: public.members}")
    file = shop.folder / "zanith.toml"
    file.write_text('[target]\nschemas = ["public"]\n[shadow]\nshape = "schema"\n')

    done = restore(zanith, "members", "--dry-run", kind="table")

    assert done.code == 0, done.err
    assert "Not rehearsed: an ephemeral schema cannot rehearse" in done.out


def test_a_restore_that_failed_half_way_goes_on_by_the_same_command(
    shop: Shop, zanith: Zanith
) -> None:
    """By rows that no rehearsal has: the table is in sight by then, without its foreign key."""
    parked(shop, zanith, KEYED + FILLED, "{op: softDropTable, name: public.members}")
    shop.db.execute("DELETE FROM public.teams")

    failed = restore(zanith, "members", kind="table")
    wrong = restore(zanith, "members")
    looked = restore(zanith, "members", "--dry-run", "--format", "json", kind="table")
    shop.db.execute("INSERT INTO public.teams VALUES (1)")
    done = restore(zanith, "members", kind="table")

    assert failed.code == 1, failed
    assert "nothing left over" in failed.out
    assert "of_team" in failed.err
    assert wrong.code == 2
    assert looked.data["not_rehearsed"] == "its run goes on where it stopped"
    assert done.code == 0, done.err
    assert "Not rehearsed: its run goes on where it stopped." in done.out
    assert shop.count("SELECT count(*) FROM members") == 1
    assert zanith("recover", "list", "--format", "json").data == []
