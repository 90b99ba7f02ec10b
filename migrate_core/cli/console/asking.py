"""A question to the ledger as a command: its options, and its answer in three formats."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import Any

from migrate_core import api
from migrate_core.cli.console.options import add_database, add_since
from migrate_core.cli.console.output import columns, print_json, say
from migrate_core.cli.console.project import open_project

FORMATS = ("text", "json", "sql")


def add_question(parser: ArgumentParser) -> None:
    add_database(parser)
    add_since(parser)


def answer(
    args: Namespace, name: str, row: Callable[[Any], Sequence[str]], *, heads: Sequence[str]
) -> int:
    """The answer to the question `name`, each value written by `row`; `sql` needs no database."""
    question = api.question(name)
    if args.format == "sql":
        say(api.sql_of(question, since=args.since))
        return 0
    found = api.answers(open_project(args).endpoint, (question,), since=args.since)[name]
    if args.format == "json":
        print_json(list(found))
        return 0
    if not found:
        say("Nothing on the record." if args.since is None else "Nothing in that time.")
        return 0
    for line in columns([heads, *map(row, found)]):
        say(line)
    return 0
