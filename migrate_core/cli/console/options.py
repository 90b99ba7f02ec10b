"""Options that several commands have, and how their values are read."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime, timedelta
from pathlib import Path

from migrate_core.errors import InvalidNameError
from migrate_core.pg.names import QualifiedName
from migrate_core.schema.delta import DropMode

EVERYTHING = ""  # what --allow-destructive alone consents to
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def add_common(command: ArgumentParser, *, formats: tuple[str, ...]) -> None:
    command.add_argument("--config", type=Path, metavar="FILE", help="instead of ./zanith.toml")
    command.add_argument("--format", choices=formats, default=formats[0])
    command.add_argument("--debug", action="store_true", help="show where an error came from")


def add_database(command: ArgumentParser) -> None:
    command.add_argument(
        "--database", metavar="URL", help="the target, instead of ZANITH_TARGET_URL"
    )


def add_since(command: ArgumentParser) -> None:
    command.add_argument("--since", type=age, metavar="7d", help="how far back: 30m, 12h, 7d, 4w")


def age(text: str) -> datetime:
    return datetime.now(UTC) - duration(text)


def duration(text: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,4})([mhdw])", text)
    if not match:
        raise ArgumentTypeError(f"{text!r} is not an age, as 7d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def add_break_glass(command: ArgumentParser) -> None:
    command.add_argument(
        "--break-glass",
        metavar="REASON",
        help="write to a target that a studio manages; the reason goes on the record",
    )


def add_environment(command: ArgumentParser) -> None:
    command.add_argument(
        "--environment", metavar="NAME", help="whose policy is asked, where zanith.toml has several"
    )


def add_gates(command: ArgumentParser) -> None:
    add_environment(command)
    command.add_argument(
        "--max-risk", type=int, metavar="N", help="the worst step may score N (0 to 100)"
    )
    command.add_argument(
        "--fail-on",
        action="append",
        default=[],
        metavar="CODE",
        help="refuse a step with this reason, whatever it scores; may be repeated",
    )
    command.add_argument(
        "--allow-destructive",
        action="append",
        nargs="?",
        const=EVERYTHING,
        default=[],
        metavar="NAME",
        help="consent to what loses data for good: this object, may be repeated; without NAME to"
        " all of it, asked one by one on a terminal",
    )


def add_drops(command: ArgumentParser, default: DropMode) -> None:
    command.add_argument(
        "--drops",
        type=DropMode,
        choices=list(DropMode),
        default=default,
        help=f"what becomes of dropped tables and columns (default: {default})",
    )


def number(text: str) -> int:
    """A whole number above zero."""
    if not text.isascii() or not text.isdigit() or int(text[:9]) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number above zero")
    return int(text[:9])


def column(text: str) -> tuple[QualifiedName, str]:
    """`table.column` or `schema.table.column`, quoted where SQL would; public by default."""
    dots = [at for at in range(len(text)) if text[at] == "." and text[:at].count('"') % 2 == 0]
    if len(dots) not in (1, 2):
        raise ArgumentTypeError(f"{text!r} is not table.column or schema.table.column")
    relation, name = text[: dots[-1]], text[dots[-1] + 1 :]
    return table(relation), _name(name)


def table(text: str) -> QualifiedName:
    """`table` or `schema.table`; public by default."""
    for spelling in (text, f"public.{text}"):
        try:
            return QualifiedName.parse(spelling)
        except InvalidNameError:
            continue
    raise ArgumentTypeError(f"{text!r} is not a table's name")


def _name(text: str) -> str:
    try:
        return QualifiedName.parse(f"public.{text}").name
    except InvalidNameError as error:
        raise ArgumentTypeError(f"{text!r} is not a column's name") from error


def pair(text: str) -> tuple[str, str]:
    """`left=right`; the right may hold further signs."""
    left, sign, right = text.partition("=")
    if not sign or not left or not right:
        raise ArgumentTypeError(f"{text!r} is not LEFT=RIGHT")
    return left, right


def add_strict(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--strict",
        action="store_true",
        help="refuse where a schema holds an object that no operation kind covers",
    )
