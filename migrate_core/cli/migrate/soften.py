"""Write a pending migration's risky steps in their online or recoverable form.

dropColumn becomes softDropColumn, a type change that rewrites becomes an expansion and a
second migration that contracts it, and so on; both plans' scores are shown. The file is
written anew: comments in it are lost.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from migrate_core import api
from migrate_core.api import Softened
from migrate_core.cli.console import answers as asking
from migrate_core.cli.console.options import add_database, number, pair
from migrate_core.cli.console.output import columns, note, print_json, say
from migrate_core.cli.console.plans import verdict
from migrate_core.cli.console.project import Project, open_project
from migrate_core.errors import MisuseError
from migrate_core.files.migration import Migration, dump
from migrate_core.pg import codec
from migrate_core.schema.refs import Ref


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument(
        "id", nargs="?", metavar="ID", help="by default the first pending one that can be safer"
    )
    parser.add_argument(
        "--step",
        type=number,
        action="append",
        default=[],
        metavar="N",
        help="only this step of its plan; may be repeated",
    )
    parser.add_argument(
        "--backfill",
        type=pair,
        action="append",
        default=[],
        metavar="TABLE.COLUMN=SQL",
        help="the value of a required column for existing rows; may be repeated",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the files, write nothing")


def run(args: Namespace) -> int:
    project = open_project(args)
    known = project.migrations()
    waiting = api.pending(project.endpoint, known)
    at = _position(project, waiting)
    values = _values(project, waiting[: at + 1])
    found = api.soften(
        project.endpoint,
        waiting[at],
        args.step,
        values=values,
        earlier=waiting[:at],
        taken=[migration.id for migration in known],
        schemas=project.schemas,
        schema=project.config.schema_file,
    )
    paths = [] if args.dry_run else _write(project, waiting[at], found)
    _show(project, found, paths)
    return 0


def _position(project: Project, waiting: Sequence[Migration]) -> int:
    wanted = project.args.id
    if wanted is None:
        for at, migration in enumerate(waiting):
            plan = api.plan(
                project.endpoint, migration, earlier=waiting[:at], schemas=project.schemas
            )
            if any(step.safer for step in plan.steps):
                return at
        raise MisuseError(
            "no pending migration has a step that could be safer",
            hint="zanith migrate plan shows what each step scores, and why.",
        )
    ids = [migration.id for migration in waiting]
    if wanted not in ids:
        raise MisuseError(
            f"no migration {wanted} is pending",
            detail=f"Pending: {', '.join(ids) or 'none'}.",
            hint="What was applied is what it is; zanith migrate status shows all of them.",
        )
    return ids.index(wanted)


def _values(project: Project, migrations: Sequence[Migration]) -> dict[Ref, str]:
    """Answers, each of a column that is there once the migrations have run."""
    if not project.args.backfill:
        return {}
    live = api.found(project.endpoint, project.schemas)
    return dict(asking.backfills(project.args.backfill, api.after_all(live, migrations)))


def _write(project: Project, old: Migration, found: Softened) -> list[str]:
    """Over the file that it was, and beside it the second one."""
    path = project.path(old)
    if _has_more_than(path, old):
        note(f"{path} is written anew: its comments and its layout are lost")
    path.write_text(found.text, encoding="utf-8", newline="\n")
    if found.form.contract is None:
        return [str(path)]
    second = project.path(found.form.contract)
    with second.open("x", encoding="utf-8", newline="\n") as file:
        file.write(found.contract_text)
    return [str(path), str(second)]


def _has_more_than(path: Path, migration: Migration) -> bool:
    """Whether the file says more, or says it otherwise, than our own form of it."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()[1:]
    return lines != dump(migration).splitlines()[1:]


def _show(project: Project, found: Softened, paths: Sequence[str]) -> None:
    if project.args.format == "json":
        print_json(_data(found, paths))
        return
    for line in columns(_rows(found)):
        say(line)
    say()
    say(f"before: {verdict(found.before, project.policy)}")
    say(f"after:  {verdict(found.after, project.policy)}")
    contract = found.form.contract
    if not paths:
        print(found.text + found.contract_text, end="")
        return
    say(f"written to {' and '.join(paths)}")
    if contract:
        say(f"{contract.id} needs it: apply that once nothing writes the old form any more.")
    say("next: zanith migrate plan")


def _rows(found: Softened) -> Iterator[tuple[str, ...]]:
    for one in found.steps:
        later = f", later {', '.join(one.later)}" if one.later else ""
        yield (
            f"{one.number:02}",
            one.label,
            f"{one.kind} ({one.level}, {one.score})",
            f"-> {', '.join(one.kinds)} ({one.safer_level}, {one.safer_score}){later}",
        )


def _data(found: Softened, paths: Sequence[str]) -> dict[str, Any]:
    contract = found.form.contract
    return {
        "id": found.form.migration.id,
        "path": paths[0] if paths else "",
        "text": found.text,
        "contract": {
            "id": contract.id,
            "path": paths[1] if len(paths) > 1 else "",
            "text": found.contract_text,
        }
        if contract
        else None,
        "steps": [codec.to_builtins(one) for one in found.steps],
        "before": _figures(found.before),
        "after": _figures(found.after),
    }


def _figures(plan: Any) -> dict[str, Any]:
    return {"plan_hash": plan.hash, "level": plan.level, "score": plan.score, "total": plan.total}
