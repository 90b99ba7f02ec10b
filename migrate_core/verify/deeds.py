"""Raw SQL judged by what it did: from what was seen on the shadow to reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrate_core.errors import UncoveredChangeError
from migrate_core.operations.base import Effect, Operation, Place
from migrate_core.pg.locks import LockMode
from migrate_core.pg.losing import statements
from migrate_core.pg.names import QualifiedName
from migrate_core.planning.context import Context
from migrate_core.planning.verified import Changed, Deed
from migrate_core.risk import reasons as why
from migrate_core.risk.facts import Facts
from migrate_core.risk.levels import Level
from migrate_core.risk.names import table_goes_by
from migrate_core.risk.reasons import Reason
from migrate_core.risk.verdict import judge
from migrate_core.schema.refs import ObjectKind
from migrate_core.verify.around import around
from migrate_core.verify.asked import Asked, Target
from migrate_core.verify.batches import fills_in_batches
from migrate_core.verify.bulk import filling, is_only_added_to, saw_all, updated, written
from migrate_core.verify.changes import changes, kept_constraints, moves
from migrate_core.verify.held import holding, locked_by, stops, validating
from migrate_core.verify.idle import idle, is_idle
from migrate_core.verify.moved import moved
from migrate_core.verify.numbered import ahead
from migrate_core.verify.positions import Position, moved_sequences
from migrate_core.verify.relations import Relation
from migrate_core.verify.routines import losing_words, mentioned, names, runs_nothing
from migrate_core.verify.rowlocks import locking
from migrate_core.verify.scripts import Script
from migrate_core.verify.spared import spared
from migrate_core.verify.texts import is_dynamic, outside, telling
from migrate_core.verify.undeclared import strongest

# What they fail by shows in the rows of their own table alone.
_OF_ROWS = frozenset(
    ["addCheck", "addPrimaryKey", "addUnique", "alterColumnNullable", "validateConstraint"]
)
UNSEEN_LOCK = "a lock that was not seen"
_HOLDS_ROWS = "rmp"
_OF_SHAPE = (ObjectKind.TABLE, ObjectKind.COLUMN)
# By a difference between two schemas; where the number stayed it is the same constraint.
_MADE_ANEW = frozenset(
    f"{what}{kind}"
    for what in ("add", "drop")
    for kind in ("Check", "ForeignKey", "PrimaryKey", "Unique")
)
_FILLS = re.compile(r"\b(default|update|insert|merge|identity|generated)\b", re.IGNORECASE)


def deed(script: Script, live: Target) -> Deed:
    found = _Judging(script, live)
    reasons = tuple(dict.fromkeys(found.reasons()))
    unseen = tuple(found.unseen())
    why_spared, left = found.spared()
    return Deed(
        step=script.step,
        reasons=(_raw(reasons, unseen, found), *reasons),
        did=tuple(found.did()),
        unseen=tuple(said for said, _level in unseen),
        changed=found.changed,
        spared=why_spared,
        spared_level=left,
        answers=tuple(answer for one in found.asked for answer in one.facts.answers),
        locked=tuple(found.locked()),
    )


def unobserved(step: int, sqlstate: str) -> Deed:
    """Of a step that the rehearsal's login may not run."""
    said = (
        "it could not be observed: a rehearsal's login is never a superuser, and PostgreSQL refused"
        f" it what this does (SQLSTATE {sqlstate}); nobody has seen what that does"
    )
    return Deed(step=step, reasons=(why.RAW_SQL.because(said),), unseen=(said,), unobserved=said)


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
        self.routines = tuple(mentioned(script.sql, script.after.graph))
        self.batches = not self.routines and fills_in_batches(script)
        self.texts = (script.sql, *(r.definition for r in self.routines))
        self.touched, self.moved = list(_touched(script)), moved(script)
        self.validating = validating(script, self.operations)
        self.asked = tuple(live.asked(script, self.operations, self.texts, branches=self._branches))

    # Reasons --------------------------------------------------------------------------------

    def reasons(self) -> Iterator[Reason]:
        yield from self.on_relations()
        yield from self.on_locks()
        yield from self.on_schema()
        yield from self.on_rest()

    def on_relations(self) -> Iterator[Reason]:
        rewrote = {one.oid for one in self.doings.rewrote}
        shaping = (o for o in self.operations if o.subject.kind in _OF_SHAPE)
        reshaped = {operation.relation for operation in shaping}
        for one in self.touched:
            facts, name = self.live.facts(one.qualified), one.qualified
            about = f"{name}; in the target {facts.describe()}"
            yield from self._weighed(facts, self._on_relation(one, about, one.oid in rewrote))
            shapes = one.qualified in reshaped
            yield from around(self.script, one, self._mode(one), facts, reshapes=shapes)

    def _on_relation(self, one: Relation, about: str, rewritten: bool) -> Iterator[Reason]:
        mode = self._mode(one)
        if one.oid not in self.doings.after:
            return  # gone: judged by the schema, or below where another took its name
        if rewritten:
            yield why.REBUILDS_TABLE.because(f"{about}, under {mode or UNSEEN_LOCK}")
            if self._was_emptied(one):
                yield why.RAW_SQL_LOSES_DATA.because(f"{one.qualified} was emptied")
        elif one in self.doings.scanned and (not mode or stops(one, mode)):
            yield why.SCANS_UNDER_BLOCKING_LOCK.because(f"{about}, under {mode or UNSEEN_LOCK}")
        elif one in self.doings.scanned and mode is LockMode.SHARE_UPDATE_EXCLUSIVE:
            yield why.VALIDATES_ONLINE.because(f"{about}, under {mode}")
        yield from self._on_rows(one, about, mode)

    def _mode(self, one: Relation) -> LockMode | None:
        """Outside a transaction it may have been over before it was looked at."""
        mode = self.held.get(one.oid)
        if mode or not self.script.alone:
            return mode
        is_online = LockMode.SHARE_UPDATE_EXCLUSIVE if self._is_online else None
        return self.validating.get(one.qualified, is_online)

    @property
    def _is_online(self) -> bool:
        """As only statements say of which there is one alone: nothing else is run by it."""
        return any("concurrently" in words for words in statements(self.script.sql))

    def _on_rows(self, one: Relation, about: str, mode: LockMode | None) -> Iterator[Reason]:
        inserted, changed, deleted = written(self.script, one)
        if deleted > 0 and self.moved:
            yield why.WRITES_ROWS.because(f"{self.moved}; {about}", level=Level.MEDIUM)
        elif deleted > 0 and one.kind != "m":  # its query says what is in it
            yield why.RAW_SQL_LOSES_DATA.because(f"rows deleted: {deleted:,}, of {about}")
        if changed > 0:
            facts, branches = self.live.facts(one.qualified), self._branches
            yield updated(
                self.script, one, facts, changed, about, branches=branches, batches=self.batches
            )
        if inserted > 0:
            yield why.WRITES_ROWS.because(f"rows added: {inserted:,}, to {about}")
        if is_idle(self.script, one):
            yield idle(self.script, about, self.routines, self.live.facts)
            for word in losing_words(self.routines):
                yield why.RAW_SQL_LOSES_DATA.because(f"{word}; {about}")

    def on_locks(self) -> Iterator[Reason]:
        place = Place(migration_id="", step=1, major=self.script.major)
        explained = {name for one in self.operations for name in locked_by(one, place)}
        explained |= {name for pair in moves(self.script) for name in pair}
        locks = any("lock" in names(text) for text in self.texts)
        facts_of = self.live.facts
        for facts, reason in holding(self.script, facts_of, explained=explained, locks=locks):
            yield from self._weighed(facts, [reason])
        yield from filling(self.script, facts_of)
        for facts, reason in locking(() if self.batches else self.script.row_locks, facts_of):
            yield from self._weighed(facts, [reason])

    def on_schema(self) -> Iterator[Reason]:
        for old, new in moves(self.script):
            yield table_goes_by(self.script.after.graph, old, new)
        named = {one.qualified for one in self.doings.after.values()}
        kept = kept_constraints(self.script)
        context = Context(self.script.before.graph, since=self.live.first)
        for asked in self.asked:
            operation, facts = asked.operation, asked.facts
            if operation.subject in kept and operation.kind in _MADE_ANEW:
                yield why.CHANGES_METADATA.because(f"{operation.subject} is kept as it was made")
            elif operation.kind != "setComment":
                yield from self._weighed(facts, self._of_operation(asked, context))
            else:
                yield why.CHANGES_METADATA.because(f"{operation.kind} {operation.label}")
        for one in self.doings.before.values():
            replaced = one.oid not in self.doings.after and one.qualified in named
            if one.kind in "rp" and replaced and not one.is_ours:
                facts = self.live.facts(one.qualified)
                said = f"{one.qualified} was dropped, and another made; {facts.describe()}"
                yield from self._weighed(facts, [why.DROPS_TABLE_WITH_DATA.because(said)])

    def _of_operation(self, asked: Asked, context: Context) -> Iterator[Reason]:
        """All that it would be judged for, were it a step of its own."""
        operation, facts, after = asked.operation, asked.facts, self.script.after.graph
        for reason in (
            *operation.reasons(facts),
            *operation.reasons_before(asked.graph),
            *context.in_the_end(operation, after, facts),
        ):
            if reason.code == why.NO_INVERSE.code:
                continue  # whether the step has a `down` is asked of the step
            if reason.code == why.NOT_MEASURED.code and self._is_proven(operation, facts):
                continue
            said, level = f"{operation.kind} {operation.label}: {reason.evidence}", reason.level
            if reason.code == why.ADDS_REQUIRED_COLUMN_WITHOUT_DEFAULT.code:
                if self._met_rows(operation):
                    continue  # they got a value from what no longer shows
                if _FILLS.search(self.script.sql):
                    said += "; whether it gives a value to the rows of today: verify with rows"
                    level = min(level, Level.HIGH, key=lambda one: one.score)
            yield Reason(code=reason.code, level=level, evidence=said)

    def _is_proven(self, operation: Operation, facts: Facts) -> bool:
        """Either PostgreSQL looked at no row, as another rule proves it, or it looked at all
        that the target has."""
        found = [one for one in self.touched if one.qualified == operation.relation]
        if self.script.alone or self.script.blind or len(found) != 1 or found[0].kind != "r":
            return False
        (one,) = found
        unread = one not in (*self.doings.scanned, *self.doings.rewrote)
        asks_rows = operation.kind in _OF_ROWS
        return asks_rows and (unread or saw_all(self.script, one, facts))

    def _met_rows(self, operation: Operation) -> bool:
        found = (one for one in self.touched if one.qualified == operation.relation)
        return any(map(self._had_rows, found))

    def on_rest(self) -> Iterator[Reason]:
        for name, before, after in self._moved_on:
            if after.is_behind(before):
                said = f"{name} stood {before} and stands {after}: it gives {after.next} next"
                yield why.LOSES_SEQUENCE_POSITION.because(said)
        yield from ahead(self.script.numbered, self.script.after.positions, self.live.answer)

    def spared(self) -> tuple[str, Level]:
        if self._branches or self.uncovered:
            return "", Level.DESTRUCTIVE
        if self.moved:
            return self.moved, Level.MEDIUM
        gone = (one for one in self.operations if one.effect is Effect.DROP)
        drops = [f"{operation.kind} {operation.label}" for operation in gone]
        return spared(self.script, self.live.facts, drops)

    def _weighed(self, facts: Facts, reasons: Iterator[Reason] | list[Reason]) -> Iterator[Reason]:
        """A reason that weighs by rows is safe where the target's table has none."""
        yield from judge(reasons, facts).reasons

    # What is seen ---------------------------------------------------------------------------

    @property
    def _moved_on(self) -> list[tuple[str, Position, Position]]:
        return list(moved_sequences(self.script.before.positions, self.script.after.positions))

    def _is_idle(self, one: Relation) -> bool:
        return is_idle(self.script, one)

    @property
    def _starved(self) -> list[str]:
        """Tables that it used, which have rows in the target and had none here."""
        return [
            str(one.qualified)
            for one in self.touched
            if not self._had_rows(one)
            and not is_only_added_to(self.script, one, self.texts)
            and not self.live.facts(one.qualified).is_empty
        ]

    def _was_emptied(self, one: Relation) -> bool:
        before, after = self.script.before.sizes, self.script.after.sizes
        return bool(before.get(one.oid)) and not after.get(one.oid)

    @property
    def changed(self) -> Changed:
        kinds = {operation.kind for operation in self.operations}
        wrote = any(any(written(self.script, one)) for one in self.touched) or self.doings.rewrote
        gone = any(
            oid not in self.doings.after and not one.is_ours
            for oid, one in self.doings.before.items()
        )
        waits = self._starved and any(map(self._is_idle, self.touched))
        if wrote or gone or self._moved_on or waits or self.uncovered or kinds - {"setComment"}:
            return "something"
        return "comments" if kinds else "nothing"

    def locked(self) -> Iterator[tuple[QualifiedName, LockMode]]:
        for one in self.touched:
            if mode := self._mode(one):
                yield one.qualified, mode

    def did(self) -> Iterator[str]:
        for one in self.touched:
            if mode := self.held.get(one.oid):
                yield f"{one.qualified} was locked {mode}"
            words = zip(written(self.script, one), ("inserted", "updated", "deleted"), strict=True)
            said = [f"{count:,} {word}" for count, word in words if count > 0]
            if said:
                yield f"{one.qualified}: rows {', '.join(said)}"
        yield from (f"{one.qualified} was rewritten" for one in self.doings.rewrote)
        yield from (f"{one.qualified} was read from end to end" for one in self.doings.scanned)
        yield from (f"{op.kind} {op.label}" for op in self.operations)
        yield from (f"{old} became {new}" for old, new in moves(self.script))
        yield from (f"sequence {name} stands {now}" for name, _was, now in self._moved_on)
        for name, value in self.script.settings.items():
            yield f"{name} was set to {value}; the runner sets it back after the step"

    # What is not seen -----------------------------------------------------------------------

    def unseen(self) -> Iterator[tuple[str, Level]]:
        """With the weight that it leaves: what was not measured counts as risk."""
        if self.uncovered:
            yield f"a change that no operation covers: {self.uncovered}", Level.HIGH
        if (beyond := outside(self.texts)) and not runs_nothing(self.script.sql):
            yield f"what {', '.join(beyond)} does outside this database", Level.HIGH
        if (told := telling(self.texts)) and not runs_nothing(self.script.sql):
            yield f"what listeners make of {', '.join(told)}", Level.MEDIUM
        yield from self._asleep()
        yield from self._branching() if self._branches else self._starving()
        yield from self._not_asked()
        for operation in self.operations:
            if operation.subject.kind is ObjectKind.ROUTINE:
                yield f"the body of {operation.subject}: it was made, not run", Level.SAFE
        yield from self._out_of_sight()

    def _out_of_sight(self) -> Iterator[tuple[str, Level]]:
        if self.script.alone:
            yield "locks that were held for a moment: it ran outside a transaction", Level.LOW
        if self.script.blind:
            yield f"scans: {self.script.blind}", Level.HIGH

    def _asleep(self) -> Iterator[tuple[str, Level]]:
        """The rehearsal's login may not set it, and the SQL may go on without."""
        role = "session_replication_role"
        if role in self.script.settings or any(role in text.lower() for text in self.texts):
            yield f"triggers and foreign keys that {role} puts to sleep", Level.HIGH

    def _starving(self) -> Iterator[tuple[str, Level]]:
        if self._starved:
            for one in filter(self._is_idle, self.touched):
                source = f"{', '.join(self._starved)} had none: verify with rows"
                yield f"which rows it writes in {one.qualified}: {source}", Level.HIGH

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
        if self._starved:
            empty = ", ".join(self._starved)
            said = f"rows decide what it does, and {empty} had none: verify with rows"
            yield said, Level.HIGH
        else:
            yield "branches that were not taken, rows that are not on the shadow", Level.LOW
        if is_dynamic(self.texts):
            yield "EXECUTE of text that other data would make another", Level.LOW

    def _had_rows(self, one: Relation) -> bool:
        """A partitioned table has no storage of its own; its partitions are looked at."""
        return one.kind == "p" or bool(self.script.before.sizes.get(one.oid))

    @property
    def _branches(self) -> bool:
        words = {words[0] for words in statements(self.script.sql)}
        return bool(words & {"do", "call"} or self.routines)


def _touched(script: Script) -> Iterator[Relation]:
    """Tables that were there before it, and that it locked, went through or wrote to, whether or
    not its lock was seen; in order of names."""
    numbers = {oid for oid, _mode in script.doings.taken}
    numbers |= {one.oid for one in (*script.doings.rewrote, *script.doings.scanned)}
    numbers |= {oid for oid, one in script.doings.before.items() if any(written(script, one))}
    found = [script.doings.before[oid] for oid in numbers if oid in script.doings.before]
    tables = [one for one in found if one.kind in _HOLDS_ROWS and not one.is_ours]
    yield from sorted(tables, key=lambda one: one.qualified)
