"""What CREATE OR REPLACE can change of a routine, and how a routine is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_core.pg.ddl import Statement, ddl, raw
from migrate_core.schema.definitions import Argument, Routine
from migrate_core.schema.refs import Ref
from migrate_core.schema.targets import written
from migrate_core.schema.types import is_implicit

UNCHECKED = "check_function_bodies = off"
NEVER_CALLED = ("trigger", "event_trigger")  # what gives that: PostgreSQL refuses it


def made_anew(old: Routine, new: Routine) -> bool:
    """Whether PostgreSQL refuses to replace one by the other.

    Source: PostgreSQL documentation, CREATE FUNCTION, "Notes", and ProcedureCreate() as
    observed on 15 and 18.
    """
    if (old.kind, old.result) != (new.kind, new.result) or old.name != new.name:
        return True
    if old.kind == "aggregate" and _form(old) != _form(new):
        return True
    if _outputs(old) != _outputs(new):
        return True
    inputs = zip(_inputs(old), _inputs(new), strict=False)
    return any(_keeps_less(was, becomes) for was, becomes in inputs)


def _keeps_less(was: Argument, becomes: Argument) -> bool:
    renamed = bool(was.name) and was.name != becomes.name
    variadic = (was.mode == "variadic") != (becomes.mode == "variadic")
    return renamed or variadic or (was.optional and not becomes.optional)


def takes_calls_of(new: Routine, old: Routine) -> bool:
    """Whether calls that give the old one's arguments by place find the new one."""
    had, has = _inputs(old), _inputs(new)
    fits = (
        is_implicit(was.type, becomes.type) and not (was.optional and not becomes.optional)
        for was, becomes in zip(had, has, strict=False)
    )
    rest = has[len(had) :]
    return len(has) >= len(had) and all(fits) and all(argument.optional for argument in rest)


def ambiguous_calls(new: Routine, others: Sequence[Routine]) -> Iterator[tuple[str, Routine]]:
    """Types of calls that fitted one of the others, and now fit `new` as well.

    By its defaults, or the other by its own: PostgreSQL has nothing to choose by, even where one
    of the two needs none. Source: FuncnameGetCandidates(), and calls of such on 15 and 18. Who
    takes any number of arguments is left out.
    """
    had, has = [one for one in others if _is_plain(one)], _inputs(new)
    for count in range(_required(new), len(has) + 1 if _is_plain(new) else 0):
        types = [argument.type for argument in has[:count]]
        fitting = [one for one in had if _required(one) <= count and _types(one)[:count] == types]
        if len(fitting) == 1:
            yield ", ".join(types), fitting[0]


def _types(routine: Routine) -> list[str]:
    return [argument.type for argument in _inputs(routine)]


def _is_plain(routine: Routine) -> bool:
    return routine.kind == "function" and all(a.mode != "variadic" for a in routine.arguments)


def _required(routine: Routine) -> int:
    return sum(not argument.optional for argument in _inputs(routine))


def _inputs(routine: Routine) -> Sequence[Argument]:
    return [argument for argument in routine.arguments if argument.is_input]


def _outputs(routine: Routine) -> Sequence[tuple[str, str]]:
    """Names and types of what it gives back: of one value the name may change."""
    found = [a for a in routine.arguments if a.mode not in ("in", "variadic")]
    single = len(found) == 1 and found[0].mode != "table" and routine.kind != "procedure"
    return [] if single else [(argument.name, argument.type) for argument in found]


def _form(routine: Routine) -> tuple[int | None, bool]:
    """How many direct arguments an ordered-set aggregate has; whether it is hypothetical."""
    head = routine.definition.partition("\n")[0]
    direct, found, _ = head.partition("ORDER BY ")
    hypothetical = routine.definition.endswith("HYPOTHETICAL\n)")
    return (direct.count(",") if found else None), hypothetical


def create_routine(routine: Routine) -> Statement:
    also = written(routine.definition) if routine.parsed else ()
    return Statement(sql=ddl("{text}", text=raw(routine.definition)), also=also)


def drop_routine(name: str, was: Routine | None) -> Statement:
    """A procedure is named by all its arguments: another may have an OUT where it has an IN."""
    if was is not None and was.kind == "procedure" and was.arguments:
        modes = ", ".join(f"{a.mode.upper()} {a.type}" for a in was.arguments)
        name = f"{name.rpartition('(')[0]}({modes})"
    return Statement(sql=ddl("DROP ROUTINE {name}", name=raw(name)))


def is_checked(routine: Routine) -> bool:
    """Whether PostgreSQL would look through its body when it is created."""
    return routine.kind != "aggregate" and not routine.parsed


def bare_name(ref: Ref) -> str:
    """Of a routine: its name without its arguments, which overloads have in common."""
    return ref.name.rpartition("(")[0]
