"""Destroy an artifact for good. Nothing brings it back.

Its name has to be typed: on a terminal when asked, elsewhere by --confirm NAME.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core.cli.console.applying import refuse_managed
from migrate_core.cli.console.artifacts import add_writing, find, purge
from migrate_core.cli.console.project import open_project
from migrate_core.cli.console.typed import require_typed


def add_arguments(parser: ArgumentParser) -> None:
    add_writing(parser)
    parser.add_argument("--confirm", metavar="NAME", help="what it was, as recover list says")


def run(args: Namespace) -> int:
    project = open_project(args)
    refuse_managed(project)
    artifact = find(project)
    if not args.dry_run:
        wanted = f"This destroys {artifact.source} for good. Type its name to go on"
        require_typed(args, artifact.source, what="its name", wanted=wanted)
    return purge(project, artifact)
