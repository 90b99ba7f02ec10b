"""Undo migrations: the recorded inverses of their done steps, last one first.

All of them are planned and told before the first one runs: what comes back, what would be
lost, what cannot be undone; where one of them is refused, none runs. A run that stopped
half-way is undone by itself. What a step parked comes back; a column that a migration added is
dropped again, which needs --allow-destructive where it holds values, or --drops soft, which
parks it.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from migrate_core import api
from migrate_core.api import Undo
from migrate_core.cli.console import consent
from migrate_core.cli.console.applying import refuse_managed, result_data, run_plan
from migrate_core.cli.console.options import add_break_glass, add_database, add_gates, number
from migrate_core.cli.console.output import plural, print_json, say
from migrate_core.cli.console.plans import plan_lines
from migrate_core.cli.console.project import Project, open_project
from migrate_core.errors import ConflictError, GateRefusedError, MisuseError
from migrate_core.planning.gates import Circumstances, gates, refused
from migrate_core.planning.plan import Plan
from migrate_core.risk.policy import Policy


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument(
        "--steps", type=number, default=1, metavar="N", help="how many migrations (default: 1)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the plans, write nothing")
    parser.add_argument(
        "--drops",
        choices=("plain", "soft"),
        default="plain",
        help="what becomes of what the migrations added and that holds rows (default: plain)",
    )
    add_gates(parser)
    add_break_glass(parser)


def run(args: Namespace) -> int:
    project = open_project(args)
    refuse_managed(project)
    # A rehearsal shows whether a schema is reached; the inverses lead back to one that was.
    policy = msgspec.structs.replace(project.policy, verify=False)
    begun = _begun(project)
    if begun:
        plans = [begun]
        _tell_plan(project, begun, policy)
        consents = _consents(args, plans)
    else:
        found = api.undos(
            project.endpoint, args.steps, schemas=project.schemas, soft=args.drops == "soft"
        )
        for one in found:
            _tell(project, one, policy)
        plans = [one.plan for one in found if one.plan]
        stuck = any(one.stuck for one in found)
        consents = () if stuck or args.dry_run else _consents(args, plans)
        now = Circumstances(consents=consents, applier=project.actor)
        _refuse(found, policy, now, even_gates=not args.dry_run)
    if args.dry_run:
        return _say_dry(project, plans)
    ended = []
    for plan in plans:
        again = plan if begun else _again(project, plan)
        now = Circumstances(consents=consents, applier=project.actor)
        ended.append(result_data(again, run_plan(project, again, policy, now)))
    if args.format == "json":
        print_json({"migrations": ended})
    else:
        say("next: zanith migrate status")
    return 0


def _consents(args: Namespace, plans: Sequence[Plan]) -> tuple[str, ...]:
    """To what all of them lose, asked before the first one runs."""
    return tuple(label for plan in plans for label in consent.asked(args, plan))


def _begun(project: Project) -> Plan | None:
    """A down that stopped half-way goes on, by the plan that the ledger holds."""
    opened = api.open_run(project.endpoint)
    if not opened or opened.direction != "down":
        return None
    if project.args.steps > 1:
        raise MisuseError(
            f"undoing {opened.migration_id} stopped half-way",
            still_true="Nothing was changed.",
            hint="Finish that first: zanith migrate down --steps 1.",
        )
    return api.recorded_plan(project.endpoint, opened.run_id)


def _refuse(found: Sequence[Undo], policy: Policy, now: Circumstances, *, even_gates: bool) -> None:
    """Raises GateRefusedError with everything that is in the way, of all of them."""
    problems, fixes = [], []
    for one in found:
        problems += [f"{one.migration_id}: {text}" for text in one.stuck]
        fixes += [api.STUCK_HINT] if one.stuck else []
        if one.plan and even_gates:
            seen = msgspec.structs.replace(
                now, live_fingerprint=one.plan.base_fingerprint, at=datetime.now(UTC)
            )
            closed = refused(gates(one.plan, policy, seen))
            problems += [
                f"{one.migration_id}: gate {g.number} ({g.name}): {g.says}" for g in closed
            ]
            fixes += [gate.fix for gate in closed]
            fixes += ["--drops soft parks what would be lost."] if one.loses else []
    if problems:
        raise GateRefusedError(
            "; ".join(problems),
            still_true="Nothing was changed, and none of them was run.",
            hint=" ".join(dict.fromkeys(fix for fix in fixes if fix)),
        )


def _again(project: Project, told: Plan) -> Plan:
    """The plan as it is now that those before it ran: the one that was told, or none."""
    found = api.undo_of(
        project.endpoint,
        told.migration_id,
        schemas=project.schemas,
        soft=project.args.drops == "soft",
    )
    if found.plan is None or found.plan.hash != told.hash:
        raise ConflictError(
            f"{told.migration_id} would now be undone otherwise than was told",
            detail="; ".join(found.stuck) or "Its plan is another one by now.",
            still_true="Those before it are undone; this one was not begun.",
            hint="Look at its plan: zanith migrate down --dry-run.",
        )
    return found.plan


def _say_dry(project: Project, plans: Sequence[Plan]) -> int:
    if project.args.format == "json":
        print_json(
            {"plans": [{"migration_id": p.migration_id, "plan_hash": p.hash} for p in plans]}
        )
    return 0


def _tell_plan(project: Project, plan: Plan, policy: Policy) -> None:
    if project.args.format != "text":
        return
    say(f"undo {plan.migration_id} on {project.endpoint}, plan {plan.hash[:12]}")
    say()
    for line in plan_lines(plan, policy):
        say(line)
    say()


def _tell(project: Project, one: Undo, policy: Policy) -> None:
    if one.plan:
        _tell_plan(project, one.plan, policy)
    if project.args.format != "text":
        return
    if not one.plan:
        say(f"undo {one.migration_id} on {project.endpoint}")
    for back in one.returns:
        rows = "" if back.rows is None else f", {plural(back.rows, 'row')}"
        null = ", nullable: rows written since hold no value" if back.nullable else ""
        say(f"  comes back: {back.source} ({back.kind}{rows}{null})")
    for word, labels in _LISTS.items():
        for label in getattr(one, word):
            say(f"  {labels}: {label}")
    say()


_LISTS = {
    "keeps": "parked, not dropped",
    "loses": "lost for good",
    "stays": "stays as it is",
    "stuck": "cannot be undone",
}
