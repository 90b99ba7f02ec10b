"""Relations that are queries, as values."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

import msgspec

from migrate_core.schema.objects import Relation, Value


class Output(Value, frozen=True, kw_only=True):
    """A column that a query gives: of a view or a materialized view."""

    name: str
    type: str
    collation: str | None = None
    default: str | None = None  # of an updatable view
    storage: str | None = None  # this and the rest: of a materialized view
    compression: str | None = None
    statistics: int | None = None
    options: tuple[str, ...] = ()
    comment: str | None = None


class Query(Relation, frozen=True, kw_only=True, dict=True, gc=True):
    """What shows the rows of a query; `definition` is pg_get_viewdef() without its semicolon."""

    definition: str
    outputs: tuple[Output, ...] = ()
    options: tuple[str, ...] = ()  # "security_barrier=true", in the catalog's order

    @cached_property
    def normal(self) -> Self:
        """Itself with options in name order: their order is no difference."""
        outputs = (
            msgspec.structs.replace(o, options=tuple(sorted(o.options))) for o in self.outputs
        )
        return self.change(options=tuple(sorted(self.options)), outputs=tuple(outputs))

    def output(self, name: str) -> Output | None:
        return next((o for o in self.outputs if o.name == name), None)

    def change_output(self, name: str, **changes: Any) -> Self:
        """A copy in which one output has `changes` made to it."""
        outputs = (
            msgspec.structs.replace(o, **changes) if o.name == name else o for o in self.outputs
        )
        return self.change(outputs=tuple(outputs))


class View(Query, frozen=True, kw_only=True, dict=True, gc=True):
    """A view; its column defaults are for INSERT."""


class MaterializedView(Query, frozen=True, kw_only=True, dict=True, gc=True):
    """A materialized view; whether it holds rows is data, and no part of it."""

    access_method: str | None = None  # None: heap
    tablespace: str | None = None
