"""renameView: a view or materialized view gets another name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from migrate_core.operations.renaming import RenameThing
from migrate_core.schema.objects import Thing
from migrate_core.schema.views import MaterializedView, View


class RenameView(RenameThing, frozen=True, kw_only=True):
    """Rename a view: what reads it follows by itself, and goes on calling its columns as before."""

    words: ClassVar[Mapping[type[Thing], str]] = {
        View: "VIEW",
        MaterializedView: "MATERIALIZED VIEW",
    }
