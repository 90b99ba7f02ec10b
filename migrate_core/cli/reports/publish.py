"""Printing a report in the format that was asked for, and writing it down in others."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path

from migrate_core.cli import formats
from migrate_core.cli.reports.report import Report

TEXT = "text"  # told as it happens, by the command itself
FORMATS = (TEXT, *formats.NAMES)


def add_reports(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--report",
        type=_wanted,
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help=f"also write it to a file, as {', '.join(formats.NAMES)}; may be repeated",
    )


def _wanted(text: str) -> tuple[str, Path]:
    format, sign, file = text.partition("=")
    if not sign or not file or format not in formats.NAMES:
        known = ", ".join(formats.NAMES)
        raise ArgumentTypeError(f"{text!r} is not FORMAT=FILE, with one of {known}")
    return format, Path(file)


def publish(make: Callable[[], Report], args: Namespace) -> None:
    """Files first: who reads standard output may be gone. Nothing is made where nobody asks."""
    files = getattr(args, "report", ())
    if args.format not in formats.NAMES and not files:
        return
    report = make()
    for format, file in files:
        file.write_text(formats.render(report, format), encoding="utf-8")
    if args.format in formats.NAMES:
        print(formats.render(report, args.format), end="")
