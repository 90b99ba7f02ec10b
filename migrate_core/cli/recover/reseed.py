"""Put kept values back into a live column or table, without touching its structure.

Rows are matched by key. Only what a row lacks is written, and rows of a table that are missing
come back; --overwrite also replaces what rows hold now, and wants the name typed: on a terminal
when asked, elsewhere by --confirm NAME. What is kept stays kept.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core.cli.console.applying import refuse_managed
from migrate_core.cli.console.artifacts import add_writing, find, reseed
from migrate_core.cli.console.project import open_project


def add_arguments(parser: ArgumentParser) -> None:
    add_writing(parser)
    parser.add_argument("--column", metavar="NAME", help="of a kept table: its values alone")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace values that rows hold now, too"
    )
    parser.add_argument("--confirm", metavar="NAME", help="what it was, as recover list says")


def run(args: Namespace) -> int:
    project = open_project(args)
    refuse_managed(project)
    return reseed(project, find(project))
