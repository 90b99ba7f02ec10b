"""Destroy an artifact for good. Nothing brings it back.

Its name has to be typed: on a terminal when asked, elsewhere by --confirm NAME.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from migrate_core.cli.console.answers import is_terminal
from migrate_core.cli.console.applying import refuse_managed
from migrate_core.cli.console.artifacts import add_writing, find, purge
from migrate_core.cli.console.output import note
from migrate_core.cli.console.project import open_project
from migrate_core.errors import MisuseError


def add_arguments(parser: ArgumentParser) -> None:
    add_writing(parser)
    parser.add_argument("--confirm", metavar="NAME", help="what it was, as recover list says")


def run(args: Namespace) -> int:
    project = open_project(args)
    refuse_managed(project)
    artifact = find(project)
    if not args.dry_run:
        _confirm(args, artifact.source)
    return purge(project, artifact)


def _confirm(args: Namespace, name: str) -> None:
    typed = args.confirm
    if typed is None and is_terminal() and args.format == "text":
        note(f"This destroys {name} for good. Type its name to go on:")
        typed = sys.stdin.readline().strip()
    if typed != name:
        raise MisuseError(
            "the name was not typed" if not typed else f'"{typed}" is not its name',
            still_true="Nothing was destroyed.",
            hint=f"Give --confirm {name}",
        )
