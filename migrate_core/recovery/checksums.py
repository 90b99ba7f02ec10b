"""Taking a checksum under the settings that its text forms depend on."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from migrate_core.schema.checksum import FIXED_SETTINGS


def fix_settings(conn: Connection[Any], *, for_transaction: bool) -> None:
    """The text of keys and checksums must not depend on the role's or database's settings."""
    conn.execute(
        "SELECT set_config(s.name, s.value, %s) FROM unnest(%s::text[], %s::text[])"
        " AS s (name, value)",
        [
            for_transaction,
            [name for name, _ in FIXED_SETTINGS],
            [value for _, value in FIXED_SETTINGS],
        ],
    )


def take_checksum(conn: Connection[Any], text: str) -> str | None:
    """What a query of `schema.checksum` answers, whatever the session is set to."""
    with conn.transaction():
        fix_settings(conn, for_transaction=True)
        row = conn.execute(text.encode()).fetchone()
    return str(row[0]) if row else None
