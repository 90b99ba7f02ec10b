"""Check the record itself: no event or row was edited, taken out or put in since it was written.

With ZANITH_EVIDENCE_KEY, the key that the record was chained with, nobody who can write to the
target could have made it anew; without one only accidents show. What was cut off at the end, rows
and all, shows against a head that was kept elsewhere: --head-out writes it, --head compares with
it. Ends with 1 where the record does not hold.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from migrate_core import api
from migrate_core.cli.console.options import add_database
from migrate_core.cli.console.output import note, plural, print_json, say
from migrate_core.cli.console.project import KEY_VARIABLE, Project, open_project
from migrate_core.ledger.heads import Head
from migrate_core.ledger.verify import RecordCheck


def add_arguments(parser: ArgumentParser) -> None:
    add_database(parser)
    parser.add_argument(
        "--head",
        default="",
        metavar="HEAD",
        help="one of before, as it was printed or as a file: it has to be there",
    )
    parser.add_argument(
        "--head-out", type=Path, metavar="FILE", help="write the head there, if the record holds"
    )


def run(args: Namespace) -> int:
    project = open_project(args)
    head = _wanted(args.head, project)
    found = api.check_record(project.endpoint, project.evidence_key, head=head)
    if args.format == "json":
        print_json(found)
    else:
        _tell(found)
    if not found.keyed:
        note(f"Checked without {KEY_VARIABLE}: whoever can write to the target could forge it.")
    if args.head_out and found.holds:
        args.head_out.write_text(_text(found, project), encoding="utf-8")
    return 0 if found.holds else 1


def _wanted(given: str, project: Project) -> str:
    """The mac that was asked for; raises MisuseError or TamperedError for a bad file."""
    file = Path(given)
    if not given or not file.is_file():
        return given
    text = file.read_text(encoding="utf-8", errors="replace")
    return api.read_head(text, project.evidence_key).mac


def _text(found: RecordCheck, project: Project) -> str:
    head, at = Head(seq=found.events, mac=found.head), datetime.now(UTC)
    return api.head_text(project.endpoint, head, project.evidence_key, at=at)


def _tell(found: RecordCheck) -> None:
    events = plural(found.events, "event")
    if found.broken:
        say(f"broken at event {found.broken}; {events} before it hold")
        note("From there on events were edited, taken out, or chained with another key.")
        return
    if found.wrong_rows:
        rows = plural(found.wrong_rows, "row")
        say(f"{events} hold, but of the rows they speak of, {rows} not as written:")
        for row in found.wrong:
            say(f"  {row.wrong}: {row.row}")
    elif found.keeper_changed:
        say(f"{events} hold, but who keeps this target was changed past the record")
    if not found.has_head:
        say(f"{events} hold, but the given head is none of theirs")
        note("It is of another record, or of events that were cut off since.")
    if found.holds:
        rows = "" if found.rows is None else f" and {plural(found.rows, 'row')}"
        say(f"{events}{rows}, unbroken; head {found.head or 'none'}")
    if found.older_rows:
        note(f"{plural(found.older_rows, 'row')} were written before rows were sealed.")
