"""Words in the text of raw SQL and of routines that it names: they add weight, and take none."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OUTSIDE = re.compile(
    r"\b(dblink\w*|pg_notify|notify|pg_terminate_backend|pg_cancel_backend|lo_export|lo_import"
    r"|pg_read_\w+|pg_write_\w+|pg_file_\w+|program|http_\w+)\b",
    re.IGNORECASE,
)
_DYNAMIC = re.compile(r"\bexecute\b(?!\s+(function|procedure)\b)", re.IGNORECASE)


def outside(texts: Iterable[str]) -> list[str]:
    """Words that reach beyond this database."""
    return sorted({m.group().lower() for text in texts for m in _OUTSIDE.finditer(text)})


def is_dynamic(texts: Iterable[str]) -> bool:
    return any(_DYNAMIC.search(text) for text in texts)
