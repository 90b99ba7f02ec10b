"""Check the record itself: that no event was edited, taken out or put in since it was written.

With ZANITH_EVIDENCE_KEY, the key that the record was chained with, nobody who can write to the
target could have made it anew; without one only accidents show. Ends with 1 where it is broken.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import note, plural, print_json, say
from migrate_core.cli.console.project import KEY_VARIABLE, open_project


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument(
        "--head", default="", metavar="HEAD", help="one that was printed before: it has to be there"
    )


def run(args: Namespace) -> int:
    project = open_project(args)
    found = api.check_record(project.endpoint, project.evidence_key, head=args.head)
    if args.format == "json":
        print_json(found)
    elif found.holds:
        say(f"{plural(found.events, 'event')}, unbroken; head {found.head or 'none'}")
    elif found.broken:
        say(f"broken at event {found.broken}; {plural(found.events, 'event')} before it hold")
        note("From there on events were edited, taken out, or chained with another key.")
    else:
        say(f"{plural(found.events, 'event')} hold, but the given head is none of theirs")
        note("It is of another record, or of events that were cut off since.")
    if not found.keyed:
        note(f"Checked without {KEY_VARIABLE}: whoever can write to the target could forge it.")
    return 0 if found.holds else 1
