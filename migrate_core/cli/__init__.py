"""The `zanith` command: one module per command, found by its path.

A module with `add_arguments` and `run` is a command; its docstring is its help. A package
that holds such modules is a group of commands.
"""

from __future__ import annotations

import pkgutil
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

from migrate_core.cli.console import failures
from migrate_core.cli.console.options import add_common


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. No traceback leaves here, unless --debug asks for it."""
    try:
        args = parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said why: 2 for misuse, 0 for --help
        return int(stop.code or 0)
    return failures.guard(args, lambda: run(args))


def run(args: Namespace) -> int:
    code: int = args.run(args)
    sys.stdout.flush()
    return code


def parser() -> ArgumentParser:
    made = ArgumentParser(
        prog="zanith",
        description="Takes a PostgreSQL schema change from declared to applied, on the record.",
        epilog="Exit codes: 0 fine, 1 error, 2 misuse, 3 a gate refused, 4 live drift,"
        " 5 verification failed, 6 another runner holds the lock.",
    )
    groups: dict[str, Any] = {"": _commands(made)}
    for path, module in commands():
        group, name = path[:-1], path[-1]
        where = " ".join(group)
        if where not in groups:
            package = import_module(".".join((__name__, *group)))
            inner = groups[""].add_parser(where, help=_summary(package))
            groups[where] = _commands(inner)
        _add(groups[where], name, module)
    return made


def commands() -> Iterator[tuple[tuple[str, ...], ModuleType]]:
    """(words on the command line, module) of every command, by path."""
    for found in sorted(pkgutil.walk_packages(__path__, f"{__name__}."), key=lambda m: m.name):
        if found.ispkg or found.name.endswith("__main__"):
            continue
        module = import_module(found.name)
        if hasattr(module, "add_arguments") and hasattr(module, "run"):
            words = found.name.removeprefix(f"{__name__}.").replace("_", "-").split(".")
            yield tuple(words), module


def _commands(made: ArgumentParser) -> Any:
    return made.add_subparsers(required=True, metavar="COMMAND")


def _add(group: Any, name: str, module: ModuleType) -> None:
    command = group.add_parser(
        name,
        help=_summary(module),
        description=module.__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    add_common(command, formats=getattr(module, "FORMATS", ("text", "json")))
    module.add_arguments(command)
    # Half a stream and an error are no JSON document.
    streams = getattr(module, "STREAMS", False)
    command.set_defaults(run=module.run, command=name, streams=streams)


def _summary(module: ModuleType) -> str:
    return (module.__doc__ or "").partition("\n")[0].rstrip(".")
