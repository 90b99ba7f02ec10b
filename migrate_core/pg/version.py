"""Which PostgreSQL a server is, and whether we know how it behaves."""

from __future__ import annotations

from typing import Any

import psycopg

from migrate_core.errors import MigrateError

OLDEST, NEWEST = 14, 18


class UnsupportedVersionError(MigrateError):
    """A server older or newer than what every statement here was tried on."""

    code = "unsupported_version"


def major(conn: psycopg.Connection[Any]) -> int:
    return conn.info.server_version // 10_000


def check_version(conn: psycopg.Connection[Any]) -> int:
    """The server's major version.

    Raises:
        UnsupportedVersionError: it is not one of 14 to 18.
    """
    return check_major(major(conn))


def check_major(number: int) -> int:
    if not OLDEST <= number <= NEWEST:
        raise UnsupportedVersionError(
            f"PostgreSQL {number} is not supported",
            detail=f"Locks, rewrites and catalogs are known for {OLDEST} to {NEWEST}.",
            hint=f"Use a server of version {OLDEST} to {NEWEST}.",
        )
    return number
