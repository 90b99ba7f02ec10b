"""A person's decision about one step of a run that stopped half-way."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Protocol
from uuid import UUID

from migrate_core import api
from migrate_core.api.schemas import Schemas
from migrate_core.cli.console.applying import refuse_managed
from migrate_core.cli.console.options import add_break_glass, add_database, number
from migrate_core.cli.console.output import print_json, say
from migrate_core.cli.console.project import open_project
from migrate_core.errors import MisuseError
from migrate_core.pg.connect import Endpoint


class Decision(Protocol):
    """api.skip_step or api.mark_step_done."""

    def __call__(
        self,
        endpoint: Endpoint,
        run_id: UUID,
        step: int,
        *,
        actor: str,
        reason: str,
        schemas: Schemas,
        mac_key: bytes | None,
    ) -> None: ...


def add_decision(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument("--step", type=number, required=True, metavar="N", help="its number")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="goes on the record")
    add_break_glass(parser)


def decide(args: Namespace, decision: Decision, word: str) -> int:
    project = open_project(args)
    refuse_managed(project)
    opened = api.open_run(project.endpoint)
    if opened is None:
        raise MisuseError("no run has stopped half-way", hint="zanith migrate status shows runs.")
    decision(
        project.endpoint,
        opened.run_id,
        args.step,
        actor=project.actor,
        reason=args.reason,
        schemas=project.schemas,
        mac_key=project.evidence_key,
    )
    if args.format == "json":
        print_json({"run_id": opened.run_id, "step": args.step})
        return 0
    say(f"{word}: step {args.step} of {opened.migration_id or 'a restore'}")
    say("next: zanith migrate up")
    return 0
