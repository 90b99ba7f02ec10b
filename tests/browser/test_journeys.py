"""Whole ways through the studio, with the real server, worker and reconciler."""

from __future__ import annotations

import re
import time

import psycopg
import pytest
from playwright.sync_api import Page, expect

from studio.models import Change, Run, Target
from studio.services import targets
from tests.browser.conftest import Enter
from tests.processes import StudioProcess
from tests.studio.conftest import FAILING, MakeChange, MakeTarget, World, ready
from tests.studio.services.test_changes import sql

pytestmark = pytest.mark.browser
PATIENCE_MS = 40_000
TRUE_WITHIN_SECONDS = 10


def state(page: Page, word: str) -> None:
    expect(page.locator(".head .badge").first).to_have_text(re.compile(word), timeout=PATIENCE_MS)


def press(page: Page, label: str) -> None:
    """A button that asks once more: opened, then pressed inside."""
    page.locator("summary", has_text=label).first.click()
    page.locator(".panel button.btn:not([data-close])", has_text=label).first.click()


def connect(target: Target) -> psycopg.Connection:
    given = targets.endpoint(target)
    return psycopg.connect(
        host=given.host, port=given.port, dbname=given.dbname, user=given.user,
        password=given.password,
    )  # fmt: skip


def test_reviewed_applied_and_restored_by_click(
    enter: Enter,
    studio_worker: StudioProcess,
    studio_reconciler: StudioProcess,
    world: World,
    target: Target,
    make_change: MakeChange,
) -> None:
    with connect(target) as conn:
        before = conn.execute("SELECT id, legacy_uuid FROM users").fetchall()
    assert len(before) == 500
    change = make_change(target)

    author = enter("author")
    author.goto(f"/changes/{change.pk}")
    author.get_by_role("button", name="Verify").click()
    state(author, "verified")

    reviewer = enter("reviewer")
    reviewer.goto(f"/changes/{change.pk}")
    press(reviewer, "Approve")
    state(reviewer, "approved")

    operator = enter("operator")
    operator.goto(f"/changes/{change.pk}")
    press(operator, "Apply to")
    operator.wait_for_url("**/runs/*")
    state(operator, "done")
    expect(operator.get_by_text("as the plan leaves it")).to_be_visible()
    expect(operator.locator("#log")).to_contain_text("run done")

    operator.get_by_role("link", name="public.users.legacy_uuid").click()
    press(operator, "Restore")
    operator.wait_for_url("**/runs/*")
    state(operator, "done")
    assert differing(target, before) == []


def differing(target: Target, before: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Rows of one and not of the other, by EXCEPT ALL both ways."""
    with connect(target) as conn:
        conn.execute("CREATE TEMP TABLE was (id bigint, legacy_uuid uuid)")
        with conn.cursor().copy("COPY was FROM STDIN") as copy:
            for row in before:
                copy.write_row(row)
        return conn.execute(
            "(TABLE was EXCEPT ALL SELECT id, legacy_uuid FROM users) UNION ALL"
            " (SELECT id, legacy_uuid FROM users EXCEPT ALL TABLE was)"
        ).fetchall()


def test_a_third_step_that_fails_is_mended_and_resumed(
    enter: Enter,
    studio_worker: StudioProcess,
    world: World,
    make_target: MakeTarget,
    make_change: MakeChange,
) -> None:
    target = make_target()
    sql(target, "UPDATE users SET email = '20240101'; UPDATE users SET email = 'x' WHERE id = 9")
    change = ready(make_change(target, FAILING), world)
    page = enter("operator")
    page.goto(f"/changes/{change.pk}")
    press(page, "Apply to")
    page.wait_for_url("**/runs/*")

    state(page, "failed")
    expect(page.locator("#step-2")).to_contain_text("invalid input syntax for type date")
    expect(page.get_by_text("Resume starts at step 2").first).to_be_visible()

    sql(target, "UPDATE users SET email = '20240101' WHERE id = 9")
    press(page, "Resume")
    state(page, "done")
    assert Change.objects.get(pk=change.pk).state == "applied"


def test_a_killed_worker_is_told_and_its_run_taken_up_by_itself(
    enter: Enter,
    studio_web: StudioProcess,
    studio_worker: StudioProcess,
    studio_reconciler: StudioProcess,
    world: World,
    target: Target,
    make_change: MakeChange,
) -> None:
    change = ready(make_change(target), world)
    page = enter("operator")
    page.goto(f"/changes/{change.pk}")
    with connect(target) as reader:
        reader.execute("SELECT count(*) FROM users")  # its lock lasts until the end of the block
        press(page, "Apply to")
        page.wait_for_url("**/runs/*")
        state(page, "waiting for a lock")
        expect(page.get_by_text(f"pid {reader.info.backend_pid}").first).to_be_visible()

        studio_worker.kill()
        gone = time.monotonic()
        state(page, "worker lost|queued|waiting for a worker")
        assert time.monotonic() - gone < TRUE_WITHIN_SECONDS
        expect(page.get_by_text("no worker is running")).to_be_visible()
        expect(page.get_by_text("was gone at")).to_be_visible(timeout=PATIENCE_MS)
        studio_web.kill()
        studio_web.start()
        studio_worker.start()
        state(page, "waiting for a lock")
        expect(page.get_by_text("taken up again by")).to_be_visible()

    state(page, "done")
    run = Run.objects.get()
    assert list(run.events.filter(kind="step_done").values_list("step", flat=True)) == [1, 2, 3]
    assert run.events.filter(kind="step_interrupted").count() == 1


def test_a_run_that_waits_is_cancelled(
    enter: Enter,
    studio_worker: StudioProcess,
    world: World,
    target: Target,
    make_change: MakeChange,
) -> None:
    change = ready(make_change(target), world)
    page = enter("operator")
    page.goto(f"/changes/{change.pk}")
    with connect(target) as reader:
        reader.execute("SELECT count(*) FROM users")
        press(page, "Apply to")
        page.wait_for_url("**/runs/*")
        state(page, "waiting for a lock")
        press(page, "Cancel now")
        state(page, "cancelled")
    assert Run.objects.get().state == "cancelled"


def test_the_session_in_the_way_is_ended_from_the_lock_panel(
    enter: Enter,
    studio_worker: StudioProcess,
    world: World,
    target: Target,
    make_change: MakeChange,
) -> None:
    change = ready(make_change(target), world)
    page, reader = enter("operator"), connect(target)
    reader.execute("SELECT count(*) FROM users")
    page.goto(f"/changes/{change.pk}")
    press(page, "Apply to")
    page.wait_for_url("**/runs/*")
    page.locator("summary", has_text=f"Terminate {reader.info.backend_pid}").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("input[name=typed]").fill(target.name)
    dialog.locator("textarea").fill("a forgotten report")
    dialog.get_by_role("button", name="Terminate").click()

    state(page, "done")
    with pytest.raises(psycopg.OperationalError):
        reader.execute("SELECT 1")
    reader.close()


def test_with_no_worker_the_page_says_so(
    enter: Enter, world: World, target: Target, make_change: MakeChange
) -> None:
    change = ready(make_change(target), world)
    page = enter("operator")
    page.goto(f"/changes/{change.pk}")
    press(page, "Apply to")
    page.wait_for_url("**/runs/*")

    state(page, "waiting for a worker")


def test_a_declared_schema_becomes_a_change_without_scripts(
    enter: Enter, studio_worker: StudioProcess, world: World, target: Target
) -> None:
    page = enter("author", java_script_enabled=False)
    page.goto(f"/generate?target={target.pk}")
    page.get_by_label("SQL").fill(
        "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL,"
        " created_at timestamptz NOT NULL DEFAULT '2024-01-01', seen_at timestamptz NOT NULL);"
    )
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("addColumn")).to_be_visible()

    page.get_by_label("What it is for, in a few words").fill("note when seen")
    page.get_by_label("public.users.seen_at").fill("created_at")
    page.get_by_role("button", name="Make the change").click()
    page.wait_for_url("**/changes/*")

    change = Change.objects.get()
    page.goto(f"/changes/{change.pk}")
    expect(page.get_by_role("heading", name="Note when seen")).to_be_visible()


def test_an_applied_change_is_undone_by_click_and_its_record_checked(
    enter: Enter,
    studio_worker: StudioProcess,
    world: World,
    target: Target,
    make_change: MakeChange,
) -> None:
    with connect(target) as conn:
        before = conn.execute("SELECT id, legacy_uuid FROM users").fetchall()
    change = ready(make_change(target), world)
    operator = enter("operator")
    operator.goto(f"/changes/{change.pk}")
    press(operator, "Apply to")
    operator.wait_for_url("**/runs/*")
    state(operator, "done")

    operator.goto(f"/changes/{change.pk}")
    operator.get_by_role("button", name="Undo").click()
    expect(operator.get_by_text("soft drop of a column")).to_be_visible()
    operator.locator("summary", has_text="Undo on").first.click()
    operator.locator("textarea[name=reason]:visible").fill("not what we wanted")
    operator.locator("dialog button.btn:not([data-close])", has_text="Undo on").click()
    operator.wait_for_url("**/runs/*")
    state(operator, "done")

    assert differing(target, before) == []
    assert Change.objects.get(pk=change.pk).state == "reverted"
    auditor = enter("auditor")
    auditor.goto(f"/history/record/{target.pk}")
    auditor.get_by_role("button", name="Check all of it").click()
    expect(auditor.get_by_text("Checked in full, and unbroken")).to_be_visible()
