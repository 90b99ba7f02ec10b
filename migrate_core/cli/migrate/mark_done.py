"""Say that a step was done by hand, where the whole schema proves it.

A step that writes rows or keeps an artifact is refused: no catalog shows that it was done.
`zanith migrate up` then goes on behind the step.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console.deciding import add_decision, decide


def add_arguments(parser: ArgumentParser) -> None:
    add_decision(parser)


def run(args: Namespace) -> int:
    return decide(args, api.mark_step_done, "Marked as done")
