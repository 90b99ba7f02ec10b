"""Words in the text of raw SQL and of routines that it names: they add weight, and take none."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Functions and statements, not what else may be named so: a column http_status, a role.
_OUTSIDE = re.compile(
    r"\b(?P<called>dblink\w*|pg_terminate_backend|pg_cancel_backend|lo_export|lo_import"
    r"|pg_(?:read|write)_(?!all_|server_)\w+|pg_file_\w+)\b"
    r"|\b(?P<http>http_\w+)(?=\s*\()"
    r"|\b(?P<program>program)(?=\s+(?:e?'|\$|%))",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\b(?P<called>pg_notify)\b"
    r"|(?:^|;|\$|'|\b(?:begin|then|else|loop)\b)\s*(?P<notify>notify)\b",
    re.IGNORECASE,
)
_LOCKS_ROWS = re.compile(r"\bfor\s+(?:no\s+key\s+update|key\s+share|update|share)\b", re.IGNORECASE)
_DYNAMIC = re.compile(r"\bexecute\b(?!\s+(function|procedure)\b)", re.IGNORECASE)


def outside(texts: Iterable[str]) -> list[str]:
    """Words that reach beyond this database, and may change something there."""
    return _said(_OUTSIDE, texts)


def telling(texts: Iterable[str]) -> list[str]:
    """Words that send a message at commit, which whoever listens gets."""
    return _said(_TELLS, texts)


def _said(pattern: re.Pattern[str], texts: Iterable[str]) -> list[str]:
    found = (m for text in texts for m in pattern.finditer(text))
    return sorted({m.group(m.lastgroup or 0).lower() for m in found})


def locks_rows(texts: Iterable[str]) -> bool:
    return any(_LOCKS_ROWS.search(text) for text in texts)


def is_dynamic(texts: Iterable[str]) -> bool:
    return any(_DYNAMIC.search(text) for text in texts)
