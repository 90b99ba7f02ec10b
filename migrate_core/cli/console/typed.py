"""What has to be typed out before something is destroyed."""

from __future__ import annotations

import sys
from argparse import Namespace

from migrate_core.cli.console.answers import is_terminal
from migrate_core.cli.console.output import note
from migrate_core.errors import MisuseError


def require_typed(args: Namespace, expected: str, *, what: str, wanted: str) -> None:
    """`--confirm`, or asked for on a terminal.

    Raises:
        MisuseError: another text, or none.
    """
    typed = args.confirm
    if typed is None and is_terminal() and args.format == "text":
        note(f"{wanted}:")
        typed = sys.stdin.readline().strip()
    if typed != expected:
        problem = f'"{typed}" is not {what}' if typed else f"{what} was not typed"
        quoted = f'"{expected}"' if " " in expected else expected
        raise MisuseError(
            problem, still_true="Nothing was destroyed.", hint=f"Give --confirm {quoted}"
        )
