"""splitColumn: one column becomes several, which are put beside it."""

from __future__ import annotations

from migrate_core.operations.derivation import Deriving
from migrate_core.schema.derivation import Derived
from migrate_core.schema.edges import column_ref
from migrate_core.schema.refs import Ref


class SplitColumn(Deriving, frozen=True, kw_only=True):
    """Put new columns beside an old one, each with a value that an expression computes from
    the row: first_name and last_name from full_name.

    They are added bare; a trigger computes them for every row that is written meanwhile,
    rows of today are filled in batches, and all are compared with their expressions while
    reads and writes go on; then NULL is forbidden where it is asked for. An expression that
    fails on a row fails the step, never an application's write. At the end the trigger goes:
    from then on whoever writes says the new columns itself. The old column stays as it is;
    a softDropColumn parks it once its last reader has moved.
    """

    column: str
    into: tuple[Derived, ...]

    @property
    def subject(self) -> Ref:
        return column_ref(self.table, self.column)

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def derived(self) -> tuple[Derived, ...]:
        return self.into
