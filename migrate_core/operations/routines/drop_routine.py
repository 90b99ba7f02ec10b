"""dropRoutine: a function, procedure or aggregate is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Self

from migrate_core.operations.base import Effect, Operation, Place, replaced, unbound
from migrate_core.operations.registry import make
from migrate_core.pg.ddl import Stage, stage
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.reasons import Reason
from migrate_core.schema.definitions import Routine
from migrate_core.schema.delta import SchemaDelta
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.schema.renaming import namesakes
from migrate_core.schema.routines import NEVER_CALLED, drop_routine, takes_calls_of


class DropRoutine(Operation, frozen=True, kw_only=True):
    """Drop a function, procedure or aggregate; never with CASCADE.

    One whose result or arguments change comes back in the same plan, as soon after as the
    order allows; in between, what calls it fails. A body that is a string and calls it is
    nothing that PostgreSQL knows of.
    """

    effect: ClassVar[Effect] = Effect.DROP

    name: str  # with its argument types: public.f(integer)
    was: Routine | None = None
    returns: bool = False  # created again in the same plan, for the same calls
    becomes: str = ""  # what the same plan gives its name to, which its calls do not fit

    @property
    def subject(self) -> Ref:
        return Ref(ObjectKind.ROUTINE, self.was.schema if self.was else "", self.name)

    @classmethod
    def detect(cls, delta: SchemaDelta) -> Iterable[Self]:
        for old in delta.dropped(Routine):
            returns, becomes = _heirs(delta, old)
            yield cls(name=old.name, was=old, returns=returns, becomes=becomes)

    def bind(self, graph: SchemaGraph) -> Self:
        was = graph.find(Routine, self.name)
        if was is None:
            raise unbound(self, f"routine {self.name} does not exist")
        bound: Self = replaced(self, was=was)
        return bound

    def apply(self, graph: SchemaGraph) -> SchemaGraph:
        return graph.drop(Routine, self.name)

    def stages(self, place: Place) -> tuple[Stage, ...]:
        return (stage(drop_routine(self.name, self.was)),)

    def inverse(self, place: Place) -> Operation | None:
        return make("createRoutine", definition=self.was) if self.was else None

    def takes_away(self, graph: SchemaGraph) -> str:
        """Nothing where calls find another, nor of what only triggers call: those go before it."""
        was = self.was
        if was is None or self.becomes or was.result in NEVER_CALLED:
            return ""
        again = graph.find(Routine, was.name)
        heirs = [*([again] if again else ()), *namesakes(graph, was)]
        return "" if any(takes_calls_of(one, was) for one in heirs) else f"{was.kind} {self.label}"

    def reasons(self, facts: Facts) -> Iterator[Reason]:
        what = f"{self.was.kind if self.was else 'routine'} {self.label}"
        if self.becomes:
            yield why.CHANGES_SIGNATURE.because(f"{what} becomes {self.becomes}")
        else:
            code = why.MADE_ANEW if self.returns else why.DROPS_OBJECT
            yield code.because(what)
        yield why.UNTRACKED_DEPENDENCIES.because("bodies that are text may call it")


def _heirs(delta: SchemaDelta, old: Routine) -> tuple[bool, str]:
    """Whether one of the same name takes its calls afterwards; else which have its name only."""
    again = delta.after.find(Routine, old.name)
    made = [one for one in namesakes(delta.after, old) if not delta.before.find(Routine, one.name)]
    heirs = [again, *made] if again else made
    if any(takes_calls_of(one, old) for one in heirs):
        return True, ""
    return False, " and ".join(one.name for one in heirs)
