"""rawSql: SQL that a person wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

import msgspec

from migrate_core.operations.base import Effect, Operation, Place, unbound
from migrate_core.pg.ddl import Stage, StageMode, Statement, raw, stage
from migrate_core.pg.losing import losses, statements
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref

_ENDS_OUR_TRANSACTION = {"begin", "start", "commit", "end", "rollback", "abort", "prepare"}
# What these statements begin with writes no row of a table that was there.
_LEAVES_ROWS = {"analyze", "comment", "create", "grant", "reindex", "revoke", "security", "set"}
_SHOWN = 60  # characters of the SQL, where it has no label


class RawSql(Operation, frozen=True, kw_only=True, rename={"title": "label"}):
    """Run SQL as it stands, for what no other kind does.

    What it does to the schema is observed on the shadow, not predicted. It may not end the
    transaction it runs in: its ledger row commits with it. `transaction: false` is for one
    statement that PostgreSQL refuses inside a transaction block; a run that is cut off
    during such a statement cannot know whether it was done. `down` undoes it; without one
    nothing does. Text that drops tables or columns, truncates or deletes asks for the consent
    that a plain drop asks for.
    """

    effect: ClassVar[Effect] = Effect.RUN

    sql: str
    down: str | None = None
    title: str = ""  # `label` in files
    transaction: bool = True

    @property
    def subject(self) -> Ref:
        return Ref(ObjectKind.OTHER, name=self.label)

    @property
    def destroys(self) -> bool:
        """As far as its text tells: nothing of it is kept."""
        return bool(losses(self.sql))

    @property
    def writes_freely(self) -> bool:
        return any(words[0] not in _LEAVES_ROWS for words in statements(self.sql))

    @property
    def label(self) -> str:
        text = self.title or " ".join(self.sql.split())
        return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."

    @classmethod
    def detect(cls, delta: object) -> Iterable[Self]:
        return ()

    def bind(self, graph: SchemaGraph) -> Self:
        for text in (self.sql, self.down):
            if text is not None:
                self._check(text)
        return self

    def _check(self, text: str) -> None:
        found = list(statements(text))
        if not found:
            raise unbound(self, "it holds no statement")
        for words in found:
            first = words[0]
            harmless = first == "prepare" and words[1:2] != ["transaction"]
            if first in _ENDS_OUR_TRANSACTION and not harmless:
                raise unbound(self, f"{first.upper()} would end the transaction of its ledger row")
            if first == "discard":
                raise unbound(self, "DISCARD would let go of the lock that the run holds")
        if not self.transaction and len(found) > 1:
            raise unbound(self, "transaction: false takes one statement alone")

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph

    @property
    def is_foretold(self) -> bool:
        return False

    def stages(self, place: Place) -> tuple[Stage, ...]:
        statement = Statement(sql=raw(self.sql).strip().removesuffix(";").rstrip())
        if self.transaction:
            return (stage(statement),)
        return (Stage(statements=(statement,), mode=StageMode.CONCURRENT),)

    def inverse(self, place: Place) -> Operation | None:
        if self.down is None:
            return None
        return msgspec.structs.replace(self, sql=self.down, down=self.sql)

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        yield why.RAW_SQL.because(self.label)
        if self.destroys:
            yield why.RAW_SQL_LOSES_DATA.because(", ".join(losses(self.sql)))
        if self.down is None:
            yield why.NO_INVERSE.because("it was written without a `down`")
