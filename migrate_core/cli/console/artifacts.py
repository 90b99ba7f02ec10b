"""Artifacts on the command line: named by id or by what they were, restored and purged."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from migrate_core import api
from migrate_core.cli.console import trials
from migrate_core.cli.console.applying import refuse_managed, result_data, run_plan
from migrate_core.cli.console.options import add_break_glass, add_database, add_environment
from migrate_core.cli.console.output import columns, note, plural, print_json, say
from migrate_core.cli.console.project import Project
from migrate_core.cli.console.trials import Trial
from migrate_core.cli.console.typed import require_typed
from migrate_core.errors import ConflictError, MisuseError
from migrate_core.ledger.rows import ArtifactRow
from migrate_core.pg import codec
from migrate_core.planning.gates import Circumstances
from migrate_core.planning.plan import Plan
from migrate_core.recovery import ReseedPreview, RestorePreview, restore_id
from migrate_core.risk.policy import Policy

_SHORTEST = 6


def add_artifact(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument(
        "artifact", metavar="ARTIFACT", help="its id, the first 6 digits of it, or what it was"
    )


def add_writing(parser: ArgumentParser) -> None:
    add_artifact(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be done")
    add_environment(parser)
    add_break_glass(parser)


def add_restoring(parser: ArgumentParser) -> None:
    add_writing(parser)
    parser.add_argument(
        "--as",
        dest="under",
        metavar="NAME",
        help="another name than it had, beside what has that one by now",
    )
    trials.add_option(parser)


def find(project: Project) -> ArtifactRow:
    """The one that the person means.

    Raises:
        MisuseError: there is none, or more than one.
    """
    text: str = project.args.artifact
    rows = api.artifacts(project.endpoint)
    by_id = [row for row in rows if len(text) >= _SHORTEST and str(row.id).startswith(text)]
    by_name = [row for row in rows if row.status == "kept" and text in _names(row)]
    found = by_id or by_name
    if len(found) == 1:
        return found[0]
    raise MisuseError(
        f"{text} names {plural(len(found), 'artifact') if found else 'no artifact'}",
        detail=" ".join(str(row.id) for row in found),
        hint="Give the id that zanith recover list shows.",
    )


def _names(row: ArtifactRow) -> set[str]:
    return {row.source, row.source.removeprefix("public.")}


def restore(project: Project, *, kind: str) -> int:
    """Say what it does, then do it, as a run on the record."""
    refuse_managed(project)
    artifact = find(project)
    begun = _half_way(project, artifact)
    if begun:
        return _go_on(project, artifact, begun, kind)
    asked = {"under": project.args.under, "schemas": project.schemas}
    preview = api.preview(project.endpoint, artifact.id, **asked)
    _refuse(artifact, preview, kind)
    if project.args.format == "text":
        _show(artifact, preview)
    plan = api.plan_restore(project.endpoint, artifact.id, **asked)
    trial = _try(project, plan)
    failed = trials.refusal(trial, artifact.source)
    if project.args.dry_run and project.args.format == "json":
        print_json({**codec.to_builtins(preview), **trials.data(trial)})
        return failed.exit_code if failed else 0
    if failed:
        raise failed
    return 0 if project.args.dry_run else _run(project, plan, artifact.id, **trials.data(trial))


def _half_way(project: Project, artifact: ArtifactRow) -> Plan | None:
    """The plan of its restore that stopped before its end: what is parked is in sight by then,
    and nothing can be previewed any more."""
    opened = api.open_run(project.endpoint)
    if opened is None or opened.direction != "restore":
        return None
    recorded = api.recorded_plan(project.endpoint, opened.run_id)
    return recorded if recorded.migration_id == restore_id(artifact.id) else None


def _go_on(project: Project, artifact: ArtifactRow, plan: Plan, kind: str) -> int:
    _refuse_other(artifact, plan.steps[0].kind, kind)
    trial = Trial(why_not="its run goes on where it stopped")
    if project.args.format == "text":
        say(f"{artifact.source}, {artifact.kind}")
        say()
        say(plan.steps[0].sql)
        say()
        trials.show(trial)
    elif project.args.dry_run:
        print_json({"artifact_id": artifact.id, "plan_hash": plan.hash, **trials.data(trial)})
    return 0 if project.args.dry_run else _run(project, plan, artifact.id, **trials.data(trial))


def _try(project: Project, plan: Plan) -> Trial:
    """On the shadow; what the gates will refuse anyway is said before that is paid for."""
    if not project.args.dry_run:
        api.refuse_drift(api.drift(project.endpoint, project.schemas))
    trial = trials.tried(project, plan)
    if project.args.format == "text":
        trials.show(trial)
    return trial


def purge(project: Project, artifact: ArtifactRow) -> int:
    plan = api.plan_purge(project.endpoint, artifact.id, schemas=project.schemas)
    if project.args.format == "text":
        for step in plan.steps:
            say(step.sql)
    return 0 if project.args.dry_run else _run(project, plan, artifact.id)


def reseed(project: Project, artifact: ArtifactRow) -> int:
    """Say what it does, then do it; what rows hold now is replaced only by its name."""
    args = project.args
    asked = {"column": args.column, "overwrite": args.overwrite, "schemas": project.schemas}
    preview = api.preview_reseed(project.endpoint, artifact.id, **asked)
    if not preview.possible:
        raise _impossible(artifact, preview.blockers, "put back")
    if args.format == "text":
        _show_reseed(artifact, preview)
    if args.dry_run:
        if args.format == "json":
            print_json(preview)
        return 0
    if preview.overwrite and preview.rows_conflicting:
        count = plural(preview.rows_conflicting, "row")
        wanted = f"This replaces what {count} of {preview.table} hold now. Type {artifact.source}"
        require_typed(args, artifact.source, what="its name", wanted=f"{wanted} to go on")
    return _run(project, api.plan_reseed(project.endpoint, artifact.id, **asked), artifact.id)


def _run(project: Project, plan: Plan, id: UUID, **more: Any) -> int:
    data = recover_run(project, plan, id)
    if project.args.format == "json":
        print_json({"artifact": str(id), **data, **more})
    return 0


def recover_run(project: Project, plan: Plan, id: UUID) -> dict[str, Any]:
    """Judged by its preview or by the name that was typed: a budget is for migrations."""
    plan, run_id = _begun(project, plan)
    lost = tuple(step.label for step in plan.steps if step.operation.destroys)
    now = Circumstances(applier=project.actor, consents=lost)
    policy = Policy(verify=False, fail_on=project.policy.fail_on)
    result = run_plan(project, plan, policy, now, run_id=run_id)
    return result_data(plan, result)


def _begun(project: Project, plan: Plan) -> tuple[Plan, UUID | None]:
    """The same restore where it stopped before, by the plan and the run on the record."""
    opened = api.open_run(project.endpoint)
    if opened and opened.direction == plan.direction:
        recorded = api.recorded_plan(project.endpoint, opened.run_id)
        if recorded.migration_id == plan.migration_id:
            return recorded, opened.run_id
    return plan, None


def _refuse(artifact: ArtifactRow, preview: RestorePreview, kind: str) -> None:
    _refuse_other(artifact, preview.kind, kind)
    if not preview.possible:
        ways = ["restore it beside what is there: --as NAME"]
        if preview.can_reseed:
            ways.append("put its values into what is there: zanith recover reseed")
        raise _impossible(artifact, preview.blockers, "restored", *ways)


def _refuse_other(artifact: ArtifactRow, found: str, kind: str) -> None:
    if found != kind:
        other = "restore-table" if found == "restoreTable" else "restore-column"
        raise MisuseError(
            f"{artifact.source} is a {artifact.kind}", hint=f"Use zanith recover {other}."
        )


def _impossible(
    artifact: ArtifactRow, blockers: Iterable[str], verb: str, *ways: str
) -> ConflictError:
    ways = (*ways, "export it: zanith recover export")
    return ConflictError(
        f"{artifact.source} cannot be {verb} now",
        detail="; ".join(blockers),
        still_true="Nothing was changed; it is still kept.",
        hint=f"Remove what is in the way, or {', or '.join(ways)}.",
    )


def _show(artifact: ArtifactRow, preview: RestorePreview) -> None:
    counts = (
        ("kept when it was dropped", preview.rows_kept),
        ("kept now", preview.rows_now),
        ("rows that get their value back", preview.rows_matched),
        ("kept values whose row is gone", preview.rows_missing),
        ("rows written since", preview.rows_written_since),
    )
    say(f"{artifact.source}, {artifact.kind}")
    _show_counts(counts)
    _show_keys("gone", preview.missing_keys, preview.rows_missing)
    for name in preview.returns:
        say(f"  comes back: {name}")
    for name in preview.stays_away:
        say(f"  does not come back, for it spoke of the old name: {name}")
    if preview.becomes_nullable:
        note("  It comes back nullable: rows written since hold no value for it.")
    say()
    say(preview.sql)
    say()


def _show_reseed(artifact: ArtifactRow, preview: ReseedPreview) -> None:
    other = "rows with another value, overwritten" if preview.overwrite else (
        "rows with another value, left as they are"
    )  # fmt: skip
    say(f"{artifact.source}, {artifact.kind}, into {preview.table}")
    _show_counts(
        (
            ("kept when it was dropped", preview.rows_kept),
            ("kept now", preview.rows_now),
            ("rows matched by key", preview.rows_matched),
            ("rows that get a value they lack", preview.rows_filled),
            (other, preview.rows_conflicting),
            ("kept rows that are missing", preview.rows_missing),
            ("of these come back", preview.rows_returning),
            ("of these would break a rule of the table, and stay away", preview.rows_refused),
            ("rows written since", preview.rows_written_since),
        )
    )
    _show_keys("another value", preview.conflicting_keys, preview.rows_conflicting)
    _show_keys("missing", preview.missing_keys, preview.rows_missing)
    if preview.left_out:
        note(f"  No place in the live table, left out: {', '.join(preview.left_out)}")
    say()
    say(preview.sql)
    say()


def _show_counts(counts: Iterable[tuple[str, int | None]]) -> None:
    for line in columns((f"{n:,}", words) for words, n in counts if n is not None):
        say(line)


def _show_keys(what: str, keys: tuple[str, ...], count: int | None) -> None:
    if keys:
        more = f" and {(count or 0) - len(keys):,} more" if (count or 0) > len(keys) else ""
        say(f"  {what}: {'; '.join(keys)}{more}")
