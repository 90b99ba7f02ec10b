"""How a command fails: MESSAGE, DETAIL, HINT on standard error and one exit code."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable

import psycopg

from migrate_core.cli.console.output import note
from migrate_core.cli.console.project import open_project
from migrate_core.cli.reports.error import error_report
from migrate_core.cli.reports.publish import publish
from migrate_core.cli.reports.where import Where
from migrate_core.declared.places import Place
from migrate_core.errors import DeclaredError, MigrateError, MigrationFileError

EXIT_ERROR = 1


def guard(args: Namespace, work: Callable[[], int]) -> int:
    """What `work` gives, or the exit code of its failure, told to the person."""
    try:
        return work()
    except MigrateError as error:
        return report(error, args)
    except psycopg.Error as error:
        return report(of_database(error), args)
    except KeyboardInterrupt:
        return report(_interrupted(), args)
    except BrokenPipeError:
        # Whoever read our output has closed it; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except OSError as error:
        return report(_of_system(error), args)
    except RecursionError:
        return report(MigrateError("the input is nested too deeply", hint="Simplify it."), args)
    except Exception as error:  # noqa: BLE001 # the last door: a bug is told, never dumped
        return report(_bug(error), args)


def report(error: MigrateError, args: Namespace) -> int:
    if not args.streams:
        _publish(error, args)
    note(f"ERROR: {error}")
    if args.debug:
        traceback.print_exception(error, file=sys.stderr)
    return error.exit_code


def _publish(error: MigrateError, args: Namespace) -> None:
    """In the format that was asked for: a pipeline that reads it finds an error, not nothing."""
    command = getattr(args, "command", "zanith")
    try:
        publish(lambda: error_report(error, command, _place(error, args)), args)
    except OSError as problem:  # perhaps the very one that is being told
        note(f"The report could not be written: {_of_system(problem).message}")


def _place(error: MigrateError, args: Namespace) -> Place | None:
    if not isinstance(error, DeclaredError | MigrationFileError):
        return None
    try:
        return Where(open_project(args)).error(error)
    except MigrateError:  # zanith.toml itself
        return None


def of_database(error: psycopg.Error) -> MigrateError:
    """An error that no part of ours has given words to."""
    diag = error.diag
    wrapped = MigrateError(
        diag.message_primary or "the connection to the database was lost",
        detail=diag.message_detail or ("" if diag.message_primary else str(error).strip()),
        hint=diag.message_hint or "Look at the server's log, then run the command again.",
        sqlstate=error.sqlstate or "",
    )
    wrapped.__cause__ = error
    return wrapped


def _of_system(error: OSError) -> MigrateError:
    name = f'"{error.filename}": ' if error.filename else ""
    wrapped = MigrateError(f"{name}{error.strerror or error}", hint="Check the path.")
    wrapped.__cause__ = error
    return wrapped


def _interrupted() -> MigrateError:
    return MigrateError(
        "interrupted",
        still_true="Nothing was being applied.",
        hint="Run the command again.",
    )


def _bug(error: Exception) -> MigrateError:
    wrapped = MigrateError(
        f"something went wrong inside zanith: {type(error).__name__}: {error}",
        hint="Run it again with --debug and report what it prints.",
    )
    wrapped.__cause__ = error
    return wrapped
