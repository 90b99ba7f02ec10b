"""What the text of a routine says about its risk: what it names, and with whose rights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate_core.risk.reasons import (
    DEFINER_WITHOUT_SEARCH_PATH,
    UNTRACKED_DEPENDENCIES,
    Reason,
)
from migrate_core.schema.definitions import Routine

# As pg_get_functiondef() prints them, on lines of their own before the body.
_DEFINER = re.compile(r"^ .*\bSECURITY DEFINER\b", re.MULTILINE)
_SEARCH_PATH = re.compile(r"^ SET search_path TO ", re.MULTILINE)
_BODY = re.compile(r"^(?:AS |BEGIN ATOMIC$|RETURN )", re.MULTILINE)
_COMPILED = frozenset({"c", "internal"})


def of_body(routine: Routine) -> Iterator[Reason]:
    if routine.kind == "aggregate":
        return
    head = _BODY.split(routine.definition, maxsplit=1)[0]
    if _DEFINER.search(head) and not _SEARCH_PATH.search(head):
        yield DEFINER_WITHOUT_SEARCH_PATH.because(f"{routine.kind} {routine.name}")
    if not routine.parsed and routine.language not in _COMPILED:
        yield UNTRACKED_DEPENDENCIES.because(f"its body is text in {routine.language}")
