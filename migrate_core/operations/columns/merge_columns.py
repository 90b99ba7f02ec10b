"""mergeColumns: several columns become one, which is put beside them."""

from __future__ import annotations

from migrate_core.operations.derivation import Deriving
from migrate_core.schema.derivation import Derived
from migrate_core.schema.edges import column_ref
from migrate_core.schema.refs import Ref


class MergeColumns(Deriving, frozen=True, kw_only=True):
    """Put a new column beside old ones, with a value that an expression computes from them:
    full_name from first_name and last_name.

    It is the other way of splitColumn, and works alike: trigger, batches, comparison, and
    at the end the trigger goes. The old columns stay; a softDropColumn parks each of them.
    """

    columns: tuple[str, ...]
    into: Derived

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.into.column.name)

    @property
    def sources(self) -> tuple[str, ...]:
        return self.columns

    @property
    def derived(self) -> tuple[Derived, ...]:
        return (self.into,)
