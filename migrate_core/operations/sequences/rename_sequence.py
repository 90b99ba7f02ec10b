"""renameSequence: a sequence gets another name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from migrate_core.operations.renaming import RenameThing
from migrate_core.schema.objects import Sequence, Thing


class RenameSequence(RenameThing, frozen=True, kw_only=True):
    """Rename a sequence: it goes on where it is, and defaults that count by it follow."""

    words: ClassVar[Mapping[type[Thing], str]] = {Sequence: "SEQUENCE"}
