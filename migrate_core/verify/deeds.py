"""Raw SQL judged by what it did: from what was seen on the shadow to reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrate_core.diff.diff import diff
from migrate_core.errors import UncoveredChangeError
from migrate_core.operations.base import Operation
from migrate_core.pg.lexer import Lex, UnterminatedError, tokens
from migrate_core.pg.locks import LockMode
from migrate_core.pg.losing import losses, statements
from migrate_core.pg.names import quote_ident
from migrate_core.planning.verified import Changed, Deed
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.reasons import Reason
from migrate_core.risk.verdict import judge
from migrate_core.schema.definitions import Routine
from migrate_core.schema.delta import Answers, DropMode, Rename
from migrate_core.schema.edges import column_ref
from migrate_core.schema.refs import ObjectKind, Ref
from migrate_core.verify.asked import Target
from migrate_core.verify.relations import Relation
from migrate_core.verify.scripts import Script
from migrate_core.verify.undeclared import strongest

_HOLDS_ROWS = "rmp"
_OUTSIDE = re.compile(
    r"\b(dblink\w*|pg_notify|notify|pg_terminate_backend|pg_cancel_backend|lo_export|lo_import"
    r"|pg_read_\w+|pg_write_\w+|pg_file_\w+|program|http_\w+)\b",
    re.IGNORECASE,
)
_DYNAMIC = re.compile(r"\bexecute\b(?!\s+(function|procedure)\b)", re.IGNORECASE)


def deed(script: Script, live: Target) -> Deed:
    found = _Judging(script, live)
    reasons = tuple(dict.fromkeys((*found.on_relations(), *found.on_schema(), *found.on_rest())))
    unseen = tuple(found.unseen())
    return Deed(
        step=script.step,
        reasons=(_raw(reasons, unseen, found), *reasons),
        did=tuple(found.did()),
        unseen=tuple(said for said, _level in unseen),
        changed=found.changed,
        answers=tuple(answer for one in found.asked for answer in one.facts.answers),
    )


def _raw(reasons: Sequence[Reason], unseen: Sequence[tuple[str, Level]], found: _Judging) -> Reason:
    """What is left of `raw_sql`: as heavy as what could not be seen."""
    level = max((level for _said, level in unseen), key=lambda one: one.score, default=Level.SAFE)
    grave = [said for said, weight in unseen if weight is level and level is not Level.SAFE]
    evidence = "; ".join(grave) or "judged by what it did on the shadow"
    return why.RAW_SQL.because(evidence, level=level)


class _Judging:
    def __init__(self, script: Script, live: Target) -> None:
        self.script, self.live, self.doings = script, live, script.doings
        self.held = strongest(self.doings.held)
        self.uncovered = ""
        try:
            self.operations = changes(script)
        except UncoveredChangeError as error:
            self.operations, self.uncovered = (), error.detail or error.message
        self.routines = tuple(_mentioned(script))
        self.texts = (script.sql, *(r.definition for r in self.routines))
        self.touched = list(_touched(script))
        self.asked = tuple(live.asked(script, self.operations, self.texts, branches=self._branches))

    # Reasons --------------------------------------------------------------------------------

    def on_relations(self) -> Iterator[Reason]:
        rewrote = {one.oid for one in self.doings.rewrote}
        for one in self.touched:
            facts, name = self.live.facts(one.qualified), one.qualified
            about = f"{name}; in the target {facts.describe()}"
            yield from self._weighed(facts, self._on_relation(one, about, one.oid in rewrote))

    def _on_relation(self, one: Relation, about: str, rewritten: bool) -> Iterator[Reason]:
        mode = self.held.get(one.oid)
        if one.oid not in self.doings.after:
            return  # gone: judged by the schema, or below where another took its name
        if rewritten:
            yield why.REBUILDS_TABLE.because(f"{about}, under {mode or 'a lock'}")
            if self._was_emptied(one):
                yield why.RAW_SQL_LOSES_DATA.because(f"{one.qualified} was emptied")
        elif one in self.doings.scanned and mode and mode.blocks_writes:
            yield why.SCANS_UNDER_BLOCKING_LOCK.because(f"{about}, under {mode}")
        elif one in self.doings.scanned and mode is LockMode.SHARE_UPDATE_EXCLUSIVE:
            yield why.VALIDATES_ONLINE.because(f"{about}, under {mode}")
        yield from self._on_rows(one, about, mode)

    def _on_rows(self, one: Relation, about: str, mode: LockMode | None) -> Iterator[Reason]:
        inserted, updated, deleted = self._written(one)
        if deleted > 0:
            yield why.RAW_SQL_LOSES_DATA.because(f"{deleted:,} rows of {about} were deleted")
        if updated > 0:
            said = f"{updated:,} rows of {about} were written over"
            yield why.WRITES_ROWS.because(said, level=Level.HIGH)
        if inserted > 0:
            yield why.WRITES_ROWS.because(f"{inserted:,} rows were added to {about}")
        ours = one.oid in {oid for oid, m in self.doings.taken if m is LockMode.ROW_EXCLUSIVE}
        if ours and not (inserted or updated or deleted):
            said = f"{about} is locked for writing; none of its rows on the shadow was written"
            yield why.WRITES_ROWS.because(said, level=Level.HIGH)
            for word in self._losing_words():
                yield why.RAW_SQL_LOSES_DATA.because(f"{word}; {about}")

    def _losing_words(self) -> Iterator[str]:
        """Of routines that it names: whether they delete shows only where there are rows."""
        for routine in self.routines:
            found = dict.fromkeys(word for body in _bodies(routine) for word in losses(body))
            if found:
                yield f"{routine.name} holds {', '.join(found)}"

    def on_schema(self) -> Iterator[Reason]:
        named = {one.qualified for one in self.doings.after.values()}
        for asked in self.asked:
            operation, facts = asked.operation, asked.facts
            if operation.kind != "setComment":
                yield from self._weighed(facts, self._of_operation(operation, facts))
            else:
                yield why.CHANGES_METADATA.because(f"{operation.kind} {operation.label}")
        for one in self.doings.before.values():
            replaced = one.oid not in self.doings.after and one.qualified in named
            if one.kind in _HOLDS_ROWS and replaced and not one.is_ours:
                facts = self.live.facts(one.qualified)
                said = f"{one.qualified} was dropped, and another made; {facts.describe()}"
                yield from self._weighed(facts, [why.DROPS_TABLE_WITH_DATA.because(said)])

    def _of_operation(self, operation: Operation, facts: Facts) -> Iterator[Reason]:
        for reason in operation.reasons(facts):
            if reason.code == why.NO_INVERSE.code:
                continue  # whether the step has a `down` is asked of the step
            said = f"{operation.kind} {operation.label}: {reason.evidence}"
            yield Reason(code=reason.code, level=reason.level, evidence=said)

    def on_rest(self) -> Iterator[Reason]:
        for name, before in self.script.before.positions.items():
            after = self.script.after.positions.get(name, before)
            back = before is not None and (after is None or after < before)
            if back and name in self.script.after.positions:
                said = f"{name} went back from {before} to {after or 'its start'}"
                yield why.LOSES_SEQUENCE_POSITION.because(said)

    def _weighed(self, facts: Facts, reasons: Iterator[Reason] | list[Reason]) -> Iterator[Reason]:
        """A reason that weighs by rows is safe where the target's table has none."""
        yield from judge(reasons, facts).reasons

    # What is seen ---------------------------------------------------------------------------

    def _written(self, one: Relation) -> tuple[int, int, int]:
        now = self.doings.after[one.oid].written if one.oid in self.doings.after else None
        pairs = zip(now or (0, 0, 0), one.written or (0, 0, 0), strict=True)
        inserted, updated, deleted = (a - b for a, b in pairs)
        return inserted, updated, deleted

    def _was_emptied(self, one: Relation) -> bool:
        before, after = self.script.before.sizes, self.script.after.sizes
        return bool(before.get(one.oid)) and not after.get(one.oid)

    @property
    def changed(self) -> Changed:
        kinds = {operation.kind for operation in self.operations}
        wrote = any(any(self._written(one)) for one in self.touched) or self.doings.rewrote
        gone = any(
            oid not in self.doings.after and not one.is_ours
            for oid, one in self.doings.before.items()
        )
        moved = self.script.before.positions != self.script.after.positions
        if wrote or gone or moved or self.uncovered or kinds - {"setComment"}:
            return "something"
        return "comments" if kinds else "nothing"

    def did(self) -> Iterator[str]:
        for one in self.touched:
            if mode := self.held.get(one.oid):
                yield f"{one.qualified} was locked {mode}"
            words = zip(self._written(one), ("inserted", "updated", "deleted"), strict=True)
            said = [f"{count:,} {word}" for count, word in words if count > 0]
            if said:
                yield f"{one.qualified}: rows {', '.join(said)}"
        yield from (f"{one.qualified} was rewritten" for one in self.doings.rewrote)
        yield from (f"{one.qualified} was read from end to end" for one in self.doings.scanned)
        yield from (f"{op.kind} {op.label}" for op in self.operations)
        for name, after in self.script.after.positions.items():
            if self.script.before.positions.get(name, after) != after:
                yield f"sequence {name} stands at {after}"
        for name, value in self.script.settings.items():
            yield f"{name} was set to {value}; the runner sets it back after the step"

    # What is not seen -----------------------------------------------------------------------

    def unseen(self) -> Iterator[tuple[str, Level]]:
        """With the weight that it leaves: what was not measured counts as risk."""
        if self.uncovered:
            yield f"a change that no operation covers: {self.uncovered}", Level.HIGH
        outside = sorted(
            {m.group().lower() for text in self.texts for m in _OUTSIDE.finditer(text)}
        )
        if outside:
            yield f"what {', '.join(outside)} does outside this database", Level.HIGH
        if self._branches:
            yield from self._branching()
        yield from self._not_asked()
        for operation in self.operations:
            if operation.subject.kind is ObjectKind.ROUTINE:
                yield f"the body of {operation.subject}: it was made, not run", Level.SAFE
        if self.script.alone:
            yield "locks that were held for a moment: it ran outside a transaction", Level.LOW
        if self.script.blind:
            yield f"scans: {self.script.blind}", Level.HIGH

    def _not_asked(self) -> Iterator[tuple[str, Level]]:
        """Whether rows let an operation through, where nothing could be counted beforehand."""
        had_rows = {one.qualified for one in self.touched if self._had_rows(one)}
        for one in self.asked:
            if one.unasked and not one.facts.is_empty:
                what = f"{one.operation.kind} {one.operation.label}"
                met = one.operation.relation in had_rows
                said = f"rows that would stop {what} could not be counted beforehand: {one.unasked}"
                yield said, Level.LOW if met else Level.HIGH

    def _branching(self) -> Iterator[tuple[str, Level]]:
        empty = [
            str(one.qualified)
            for one in self.touched
            if not self._had_rows(one) and not self.live.facts(one.qualified).is_empty
        ]
        if empty:
            said = f"rows decide what it does, and {', '.join(empty)} had none: verify with rows"
            yield said, Level.HIGH
        else:
            yield "branches that were not taken, rows that are not on the shadow", Level.LOW
        if any(_DYNAMIC.search(text) for text in self.texts):
            yield "EXECUTE of text that other data would make another", Level.LOW

    def _had_rows(self, one: Relation) -> bool:
        """A partitioned table has no storage of its own; its partitions are looked at."""
        return one.kind == "p" or bool(self.script.before.sizes.get(one.oid))

    @property
    def _branches(self) -> bool:
        words = {words[0] for words in statements(self.script.sql)}
        return bool(words & {"do", "call"} or self.routines)


def changes(script: Script) -> tuple[Operation, ...]:
    """What it did to the schema, in the words of operations.

    Raises:
        UncoveredChangeError: there are none for it.
    """
    answers = Answers(drops=DropMode.PLAIN, renames=tuple(_renames(script)))
    return tuple(diff(script.before.graph, script.after.graph, answers))


def _renames(script: Script) -> Iterator[Rename]:
    """By number: what has another name now, and is what it was."""
    before, after = script.doings.before, script.doings.after
    tables = {oid: (one, after[oid]) for oid, one in before.items() if oid in after}
    for old, new in tables.values():
        if old.kind in "rp" and old.name != new.name and old.schema == new.schema:
            yield Rename(old=Ref.of(ObjectKind.TABLE, old.qualified), new=new.name)
    for (oid, number), name in script.before.columns.items():
        now = script.after.columns.get((oid, number))
        if now is not None and now != name and oid in tables:
            yield Rename(old=column_ref(tables[oid][0].qualified, name), new=now)


def _touched(script: Script) -> Iterator[Relation]:
    """Tables that were there before it and that it locked, in order of their names."""
    numbers = {oid for oid, _mode in script.doings.taken}
    found = [script.doings.before[oid] for oid in numbers if oid in script.doings.before]
    tables = [one for one in found if one.kind in _HOLDS_ROWS and not one.is_ours]
    yield from sorted(tables, key=lambda one: one.qualified)


def _mentioned(script: Script) -> Iterator[Routine]:
    """Routines that it names, and those that they name in turn: what may have been run."""
    by_name: dict[str, list[Routine]] = {}
    for routine in script.after.graph.routines:
        by_name.setdefault(_bare(routine), []).append(routine)
    waiting, seen = [script.sql], set[str]()
    while waiting:
        for name in _names(waiting.pop()) & by_name.keys() - seen:
            seen.add(name)
            for routine in by_name[name]:
                waiting.append(routine.definition)
                yield routine


def _names(text: str) -> set[str]:
    """Every name in it, those inside of its literals too: a DO block is one."""
    found: set[str] = set()
    try:
        for token in tokens(text):
            if token.name:
                found.add(token.name)
            elif token.lex is Lex.STRING:
                found |= set(re.findall(r"[A-Za-z_][A-Za-z0-9_$]*", token.text.lower()))
    except UnterminatedError:
        found |= set(re.findall(r"[A-Za-z_][A-Za-z0-9_$]*", text.lower()))
    return found


def _bare(routine: Routine) -> str:
    """`f` of `public.f(integer)`."""
    name = routine.name.removeprefix(f"{quote_ident(routine.schema)}.").partition("(")[0]
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _bodies(routine: Routine) -> Iterator[str]:
    """As DO blocks, whose words are looked through."""
    if routine.parsed:
        yield "DO '" + routine.definition.replace("'", "''") + "'"
        return
    for token in tokens(routine.definition):
        if token.lex is Lex.STRING:
            yield f"DO {token.text}"
