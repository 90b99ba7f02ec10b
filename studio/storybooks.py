"""How each story is brought to where it begins: by the same services that people use."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.contrib.auth.models import User

from migrate_core.files import migration as files
from migrate_core.pg.connect import Session, connect
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import Answers, DropMode
from migrate_core.schema.edges import column_ref
from migrate_core.schema.refs import Ref
from studio.models import Change, DeclaredVersion, Plan, Run, Target, Verification
from studio.models.changes import Work
from studio.services import changes, generate, planning, runs, sources, targets, verifications
from studio.services.refusals import StaleError
from studio.stories import Story

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.05


def begin(story: Story, target: Target, author: Any) -> Change:
    """The story's change, planned; one that was applied earlier is applied here and now."""
    _run_sql(target, story, "break.sql")
    declared = sources.from_folder(target, story.folder / "declared", author)
    change = _change(story, target, declared, author)
    plan = changes.latest_plan(change)
    assert plan is not None  # create() queues one
    planning.make(plan.pk)
    _wait(plan, lambda: plan.work in (Work.DONE, Work.FAILED))
    if plan.work != Work.DONE:
        raise StaleError(f"story {story.name} could not be planned", detail=str(plan.error))
    finish = _EARLIER.get(story.name)
    if finish:
        finish(change, plan)
    return Change.objects.get(pk=change.pk)


def _change(story: Story, target: Target, declared: DeclaredVersion, author: Any) -> Change:
    if story.migration:
        found = files.load(story.folder / story.migration)
        now = files.new_id(story.slug, datetime.now(UTC))  # a reset begins another one
        found = msgspec.structs.replace(found, id=now)
        return changes.create(
            target, found, author, declared=declared, story=story.name, title=story.title
        )
    answers = Answers(
        drops=DropMode(story.drops),
        backfills=tuple((_column(name), text) for name, text in story.backfills.items()),
    )
    return generate.create(
        declared, author, name=story.slug, answers=answers, story=story.name, title=story.title
    )


def _wait(thing: Plan | Run, over: Callable[[], bool]) -> None:
    """A worker may have been quicker to take it; then it is the one who ends it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    thing.refresh_from_db()
    while not over() and time.monotonic() < give_up:
        time.sleep(POLL_SECONDS)
        thing.refresh_from_db()


def _column(name: str) -> Ref:
    """`users.last_login`, as the story's file says it."""
    table, _, column = name.rpartition(".")
    return column_ref(QualifiedName("public", table), column)


def run_sql(target: Target, text: bytes) -> None:
    """As an application of the storefront would."""
    endpoint = targets.endpoint(target)
    with connect(endpoint, role=Session.SIDE, application_name="storefront") as conn:
        conn.execute(text)


def _run_sql(target: Target, story: Story, name: str) -> None:
    file = story.folder / name
    if file.exists():
        run_sql(target, file.read_bytes())


def _applied_earlier(change: Change, plan: Plan) -> None:
    """Verified by Anna, approved by Bo, applied by Dee: what a restore then starts from."""
    bo, dee = (User.objects.get(username=name) for name in ("bo", "dee"))
    row = Verification.objects.create(plan=plan, plan_hash=plan.hash, author=change.author)
    verifications.rehearse(row.pk)
    changes.approve(change, bo, plan_hash=plan.hash)
    run = runs.start(change, dee, plan_hash=plan.hash)
    runs.apply(str(run.pk))
    _wait(run, lambda: run.is_over)


_EARLIER: dict[str, Callable[[Change, Plan], None]] = {"restore": _applied_earlier}


def is_applied_earlier(story: Story) -> bool:
    return story.name in _EARLIER
