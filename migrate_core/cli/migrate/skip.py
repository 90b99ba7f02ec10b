"""Leave out a step of a run that stopped half-way, where no later step needs it.

It goes on the record with its reason. `zanith migrate up` then goes on behind the step.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from migrate_core import api
from migrate_core.cli.console.deciding import add_decision, decide


def add_arguments(parser: ArgumentParser) -> None:
    add_decision(parser)


def run(args: Namespace) -> int:
    return decide(args, api.skip_step, "Skipped")
