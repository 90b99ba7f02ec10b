"""Explain a reason code of a plan, or list them all by level.

The page says what happens, when it hurts and when it does not, what to look at, what to do
instead and how to undo it, with an example and what a plan says of it. No target is asked.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from difflib import get_close_matches
from typing import Any

from migrate_core.cli.console.output import columns, print_json, say
from migrate_core.errors import MisuseError
from migrate_core.pg import codec
from migrate_core.risk.codes import REASONS
from migrate_core.risk.pages.markdown import plain
from migrate_core.risk.pages.page import by_level, outcome, page, title


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="as a plan names it; left out: every code"
    )


def run(args: Namespace) -> int:
    code = args.code and args.code.lower().replace("-", "_")
    if code and code not in REASONS:
        raise _unknown(args.code, code)
    if args.format == "json":
        print_json(_data(code) if code else [_record(known) for known in REASONS])
    elif code:
        say(plain(code).rstrip("\n"))
    else:
        _list()
    return 0


def _list() -> None:
    for level, records in by_level():
        if records:
            say(f"{level}, score {level.score}")
            for line in columns((record.code, record.effect) for record in records):
                say(line)
            say()


def _record(code: str) -> dict[str, Any]:
    return {**codec.to_builtins(REASONS[code]), "title": title(code)}


def _data(code: str) -> dict[str, Any]:
    found = {"page": page(code), "outcome": outcome(code)}
    return {**_record(code), **codec.to_builtins(found)}


def _unknown(given: str, code: str) -> MisuseError:
    near = get_close_matches(code, REASONS, n=3, cutoff=0.6)
    near += [known for known in REASONS if code in known and known not in near][: 5 - len(near)]
    said = f"Did you mean {', '.join(near)}? " if near else ""
    return MisuseError(
        f'there is no reason code "{given}"', hint=f"{said}zanith explain lists all of them."
    )
