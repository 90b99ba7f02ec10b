"""Ask a run that is going on elsewhere to pause, stop or cancel, or slow its backfill down.

The run may be driven by another terminal or by a studio; it looks between its statements
and batches. A pause keeps what is committed, and the command that started the run, or
Resume in the studio, goes on behind the last batch.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console.applying import refuse_managed
from migrate_core.cli.console.options import add_break_glass, add_database, number
from migrate_core.cli.console.output import print_json, say
from migrate_core.cli.console.project import open_project
from migrate_core.errors import MisuseError
from migrate_core.ledger.wishes import Wish


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    wish = parser.add_mutually_exclusive_group()
    for flag, wanted, text in _WISHES:
        wish.add_argument(flag, dest="wanted", action="store_const", const=wanted, help=text)
    parser.add_argument(
        "--pace",
        type=number,
        metavar="PERCENT",
        help="share of the time that a backfill may work; it sleeps the rest between batches",
    )
    add_break_glass(parser)


def run(args: Namespace) -> int:
    if args.wanted is None and args.pace is None:
        raise MisuseError("nothing is asked for", hint="Give --pause, --stop, --cancel or --pace.")
    project = open_project(args)
    refuse_managed(project)
    opened = api.open_run(project.endpoint)
    if opened is None:
        raise MisuseError("no run is going on", hint="zanith migrate status shows what is.")
    api.steer(
        project.endpoint,
        opened.run_id,
        actor=project.actor,
        wanted=args.wanted,
        pace=args.pace,
    )
    if args.format == "json":
        print_json({"run_id": opened.run_id, "wanted": args.wanted, "pace": args.pace})
        return 0
    asked = [str(args.wanted).replace("_", " ")] if args.wanted else []
    asked += [f"a pace of {args.pace} %"] if args.pace else []
    say(f"Asked of run {opened.run_id}: {', '.join(asked)}")
    say("next: zanith migrate status")
    return 0


_WISHES: tuple[tuple[str, Wish, str], ...] = (
    ("--pause", "pause", "after the batch or stage under way"),
    ("--stop", "stop_after_step", "after the step under way"),
    ("--cancel", "cancel", "now: the statement under way is rolled back"),
)
