"""One rehearsal of a plan: a throw-away database takes the hit first.

It never raises for what it finds. Whatever stops it stops it as a failed stage of its
report, because the caller decides, and because a rehearsal that could not be held is no
better news than one that went wrong.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg

from migrate_core.declared.ephemeral import Room
from migrate_core.declared.kept import Kept
from migrate_core.declared.mirror import Mirrored, Original, read_original
from migrate_core.declared.schema import introspect
from migrate_core.declared.scratch import Scratch, ShadowServer
from migrate_core.declared.sources import Source
from migrate_core.declared.watchdog import Watchdog, watchdog
from migrate_core.errors import MigrateError, ShadowError
from migrate_core.introspection.graph import read_graph
from migrate_core.pg import connect
from migrate_core.pg.connect import Endpoint, Session
from migrate_core.pg.version import major as major_of
from migrate_core.planning.plan import Plan
from migrate_core.planning.verified import ArtifactTrial, Deed
from migrate_core.risk.rates import Rates
from migrate_core.runner.apply import apply
from migrate_core.runner.options import RunOptions, RunResult
from migrate_core.schema.graph import SchemaGraph
from migrate_core.schema.silence import complete
from migrate_core.states import RunState
from migrate_core.verify import (
    artifacts,
    coming,
    ephemeral,
    filled,
    judge,
    parked,
    rights,
    rows,
    throughput,
)
from migrate_core.verify.aftermath import judged_by_deeds, refused, replayed
from migrate_core.verify.baseline import Rebuilt, rebuilt, refuse_drift
from migrate_core.verify.failed import failed, in_words, ms
from migrate_core.verify.locks import LockObserver
from migrate_core.verify.options import Rehearsing
from migrate_core.verify.report import (
    Baseline,
    Difference,
    Judgement,
    Observed,
    StageReport,
    StatementLocks,
    VerifyReport,
)
from migrate_core.verify.residual import differences
from migrate_core.verify.rows import Sample
from migrate_core.verify.scripts import Script, Scripts
from migrate_core.verify.shape import SEPARATE_SERVER, shape

ACTOR = "verify"
APPLICATION = "zanith/verify"
WALL_CLOCK_SECONDS = 300
NOTHING_MORE = Rehearsing()


def verify(
    plan: Plan,
    *,
    earlier: tuple[Plan, ...] = (),
    live: Callable[[], psycopg.Connection[Any]],
    live_endpoint: Endpoint,
    wanted: SchemaGraph,
    declared: Source | None,
    shadow: ShadowServer,
    schemas: tuple[str, ...] | None,
    options: Rehearsing = NOTHING_MORE,
) -> VerifyReport:
    """Rebuild live on the shadow, run the plan there with the real runner, and compare.

    Args:
        earlier: plans that are pending before this one; they run first.
        live: opens a read-only session on the target; nothing is written there.
        wanted: the declared schema, or for an earlier pending plan what it leads to.
        declared: where `wanted` came from; None where it was not declared but replayed.
    """
    rehearsal = _Rehearsal(plan, earlier, shadow, schemas, options)
    started = time.monotonic()
    try:
        with ExitStack() as stack:
            rehearsal.hold(stack, live, live_endpoint, wanted, declared)
    except _StoppedError:
        pass  # the stage that stopped it is in the report
    except MigrateError as error:
        rehearsal.stages.append(failed("clean up", started, error))
    return rehearsal.report(started)


class _StoppedError(Exception):
    """A stage failed, and those after it make no sense without it."""


class _Rehearsal:
    def __init__(
        self,
        plan: Plan,
        earlier: tuple[Plan, ...],
        shadow: ShadowServer,
        schemas: tuple[str, ...] | None,
        options: Rehearsing,
    ) -> None:
        self.plan, self.earlier, self.plans = plan, earlier, (*earlier, plan)
        self.shadow, self.schemas, self.options = shadow, schemas, options
        self.stages: list[StageReport] = []
        self.differences: tuple[Difference, ...] = ()
        self.locks: tuple[StatementLocks, ...] = ()
        self.scripts: tuple[Script, ...] = ()
        self.deeds: tuple[Deed, ...] = ()
        self.observer: LockObserver | None = None
        self.before: artifacts.Remembered | None = None
        self.tested: tuple[ArtifactTrial, ...] = ()
        self.judgement = Judgement()
        self.how: Baseline = ""
        self.shape = SEPARATE_SERVER
        self.filled: tuple[str, ...] = ()  # materialized views that hold rows in the target
        self.mirrored: tuple[Mirrored, ...] = ()
        self.kept: Kept | None = None
        self.rights: tuple[parked.Right, ...] = ()  # on what is parked in the target
        self.sample: Sample | None = None
        self.rates = Rates()

    def hold(
        self,
        stack: ExitStack,
        live: Callable[[], psycopg.Connection[Any]],
        endpoint: Endpoint,
        wanted: SchemaGraph,
        declared: Source | None,
    ) -> None:
        """The five stages in order, each a row of the report."""
        beside = stack.enter_context(ThreadPoolExecutor(max_workers=1))
        with self._stage("provision") as notes:
            found, like = self._look(live)
            wanted_dump = beside.submit(
                judge.wanted_dump, declared, self.shadow, self.schemas, major=self.plan.major
            )
            base = self._provision(stack, found, like, endpoint)
            notes += base.notes
            notes += self._stand_in(base.scratch)
            notes += [*self._copy_rows(live, base.scratch), *self._fill(base.scratch)]
        scratch = base.scratch
        with self._stage("apply") as notes:
            notes += self._apply(scratch)
            notes += self._lock_notes()
            self.deeds = judged_by_deeds(self.plan, self.scripts, live, self.earlier)
        wanted = complete(replayed(found, self.plans, self.scripts, wanted, declared), found)
        told = (found, wanted)
        with self._stage("introspect"):
            reached = rights.rehearsable(introspect(scratch, self.shadow, self.schemas), *told)
        with self._stage("diff") as notes:
            self.differences = differences(reached, rights.rehearsable(wanted, *told))
            notes += [f"{d.object}: {d.what}" for d in self.differences]
            self._mark(not self.differences)
        with self._stage("pg_dump") as notes:
            self.judgement = judge.judge(scratch, wanted_dump.result(), self.schemas)
            notes.append(self.judgement.says)
            self._mark(self.judgement.agrees is not False)
        if self.before and not self.options.keep:
            with self._stage("artifacts") as notes:
                notes += self._test_artifacts(scratch, self.before)
        self._measure(scratch)

    def _look(self, live: Callable[[], psycopg.Connection[Any]]) -> tuple[SchemaGraph, Original]:
        with live() as conn:
            self._require(major_of(conn))
            self.rights = parked.rights_on(conn, self.plans)
            self.filled = filled.in_target(conn)
            found = read_graph(conn, self.schemas)
            refuse_drift(found, self.earlier, self.plan)
            return found, read_original(conn)

    def _provision(
        self, stack: ExitStack, found: SchemaGraph, like: Original, endpoint: Endpoint
    ) -> Rebuilt:
        self.shape = shape(endpoint, self.shadow)
        keep = self._was_kept if self.options.keep else None
        roles = tuple(right.grantee for right in self.rights if right.grantee)
        rebuild = partial(rebuilt, like=like, keep=keep, more_roles=roles)
        base = stack.enter_context(rebuild(found, endpoint, self.plans, self.shadow, self.schemas))
        self.how, self.mirrored = base.how, base.scratch.mirrored
        made = introspect(base.scratch, self.shadow, self.schemas)
        if rights.grant_as_live(base.scratch, made, found):
            made = introspect(base.scratch, self.shadow, self.schemas)
        made = rights.rehearsable(made, found)
        if left := differences(made, rights.rehearsable(found), wanted_is="live"):
            raise ShadowError(
                "the shadow's baseline is not what live is",
                detail="; ".join(f"{d.object}: {d.what}" for d in left[:20]),
                hint="Give the shadow what the target has: extensions, collations, ICU.",
            )
        return base

    def _stand_in(self, scratch: Scratch) -> Sequence[str]:
        if scratch.room and parked.gives_back(self.plans):
            raise ShadowError(
                parked.IN_A_SCHEMA,
                hint="Give the shadow a login that may create databases.",
            )
        with scratch.session() as conn:
            return parked.stand_in(conn, self.plans, self.rights)

    def _copy_rows(
        self, live: Callable[[], psycopg.Connection[Any]], scratch: Scratch
    ) -> Iterator[str]:
        if not self.options.rows:
            return
        if parked.gives_back(self.plans):
            self.sample = Sample(asked=self.options.rows, problem=parked.NO_ROWS)
        elif scratch.room:
            self.sample = Sample(asked=self.options.rows, problem=ephemeral.NO_ROWS)
        else:
            stop = lambda: self.shadow.terminate(scratch.name)  # noqa: E731 - as in _apply
            with (
                watchdog(WALL_CLOCK_SECONDS, stop),
                live() as target,
                scratch.session() as conn,
            ):
                self.sample = rows.copy(target, conn, self.options.rows, coming.keys(self.plans))
        yield self.sample.says

    def _fill(self, scratch: Scratch) -> Sequence[str]:
        if scratch.room or not self.filled:
            return ()
        stop = lambda: self.shadow.terminate(scratch.name)  # noqa: E731 - as in _apply
        with watchdog(WALL_CLOCK_SECONDS, stop), scratch.session() as conn:
            return filled.fill(conn, self.filled)

    def _was_kept(self, kept: Kept) -> None:
        self.kept = kept

    def _require(self, target_major: int) -> None:
        if target_major != self.plan.major:
            raise ShadowError(
                f"the plan is for PostgreSQL {self.plan.major}, the target runs {target_major}",
                hint="Plan again.",
            )
        self.shadow.require(target_major)

    def _apply(self, scratch: Scratch) -> Sequence[str]:
        """Earlier plans first, then this one under the observer; all with the real runner."""
        if scratch.room:
            return self._apply_in_schema(scratch, scratch.room)
        watching = partial(_watching, scratch)
        scripts = Scripts(watching, self.schemas)
        observer = self.observer = LockObserver(self.plan, watching, scripts)
        stop = lambda: self.shadow.terminate(scratch.name)  # noqa: E731 - one use, named for reading
        try:
            with watchdog(WALL_CLOCK_SECONDS, stop) as dog:
                for plan in filter(_has_steps, map(rights.rehearsed, self.earlier)):
                    self._run(plan, scratch, dog, RunOptions())
                if self.plan.direction == "up" and artifacts.parking(self.plan):
                    with scratch.session() as conn:
                        self.before = artifacts.remember(conn, self.plan, self.schemas)
                passed = rights.left_out(self.plans)
                plan = rights.rehearsed(self.plan)
                if not _has_steps(plan):
                    return [*passed, "the plan has no step: nothing was run"]
                result = self._run(plan, scratch, dog, RunOptions(observer=observer))
            left = (f"not as the plan leaves it: {name}" for name in result.unexpected)
            return [*passed, *left]
        finally:
            observer.close()
            self.locks, self.scripts = tuple(observer.found), tuple(scripts.found)

    def _test_artifacts(self, scratch: Scratch, before: artifacts.Remembered) -> Iterator[str]:
        """The last thing that is done to the rehearsal's database."""
        with watchdog(WALL_CLOCK_SECONDS, partial(self.shadow.terminate, scratch.name)) as dog:
            run = lambda plan: self._run(plan, scratch, dog, RunOptions())  # noqa: E731 - as above
            self.tested = artifacts.restored(
                scratch.session, self.plan, before, run, self.schemas, quiet=bool(self.sample)
            )
        return (f"{one.source}: {one.says}" for one in self.tested)

    def _measure(self, scratch: Scratch) -> None:
        """What cannot be measured is no fault of the plan."""
        if scratch.room or not throughput.is_worth(self.plan):
            return
        with self._stage("throughput") as notes:
            try:
                with scratch.session() as conn:
                    self.rates = throughput.measure(conn)
                notes.append(throughput.in_words(self.rates))
            except (MigrateError, psycopg.Error) as error:
                notes.append(f"not measured: {in_words(error).splitlines()[0]}")

    def _apply_in_schema(self, scratch: Scratch, room: Room) -> Sequence[str]:
        earlier = [ephemeral.mapped(plan, room) for plan in self.earlier]
        plan = ephemeral.mapped(self.plan, room)
        observer = LockObserver(plan, lambda: _watching(scratch))
        stop = lambda: self.shadow.terminate(scratch.name)  # noqa: E731 - as in _apply
        try:
            with watchdog(WALL_CLOCK_SECONDS, stop) as dog:
                for one in earlier:
                    ephemeral.run(one, scratch, dog, None)
                ephemeral.run(plan, scratch, dog, observer)
        finally:
            observer.close()
            self.locks = room.spelling.value_back(Observed(locks=tuple(observer.found))).locks
        return [ephemeral.NOT_HELD]

    def _run(self, plan: Plan, scratch: Scratch, dog: Watchdog, options: RunOptions) -> RunResult:
        def session() -> psycopg.Connection[Any]:
            if dog.expired:
                raise ShadowError(
                    f"the rehearsal took longer than {WALL_CLOCK_SECONDS} seconds",
                    hint="Look for an expression or a raw SQL statement that does not end.",
                )
            return connect.apply_session(scratch.endpoint, APPLICATION)

        result = apply(
            plan,
            connect=session,
            run_id=uuid4(),
            actor=ACTOR,
            schemas=self.schemas,
            options=options,
        )
        if result.state is not RunState.DONE:
            raise ShadowError(
                f"the rehearsal of {plan.migration_id} ended {result.state}, not done",
                detail=f"{result.steps_done} of {result.steps} steps were run.",
            )
        return result

    def _lock_notes(self) -> Sequence[str]:
        problems = [problem for found in self.locks for problem in found.problems]
        self._mark(not problems)
        return problems

    @contextmanager
    def _stage(self, name: str) -> Iterator[list[str]]:
        """Times a stage; what it raises becomes its last note, and ends the rehearsal."""
        self._good = True
        notes: list[str] = []
        started = time.monotonic()
        try:
            yield notes
        except (MigrateError, psycopg.Error) as error:
            quiet = self.sample is not None and self.sample.rows > 0
            self.stages.append(failed(name, started, error, notes, quiet=quiet))
            self.deeds = self.deeds or refused(self.observer, error)
            raise _StoppedError from error
        self.stages.append(
            StageReport(name=name, ok=self._good, elapsed_ms=ms(started), notes=tuple(notes))
        )

    def _mark(self, good: bool) -> None:
        """Whether the stage that is under way found nothing wrong."""
        self._good = good

    def report(self, started: float) -> VerifyReport:
        return VerifyReport(
            plan_hash=self.plan.hash,
            ok=len(self.stages) >= STAGES and all(stage.ok for stage in self.stages),
            stages=tuple(self.stages),
            differences=self.differences,
            locks=self.locks,
            deeds=self.deeds,
            artifacts=self.tested,
            judgement=self.judgement,
            baseline=self.how,
            shape=self.shape,
            mirrored=self.mirrored,
            sample=self.sample,
            kept=self.kept,
            rates=self.rates,
            elapsed_ms=ms(started),
        )


STAGES = 5


def _has_steps(plan: Plan) -> bool:
    return bool(plan.steps)


def _watching(scratch: Scratch) -> psycopg.Connection[Any]:
    return connect.connect(
        scratch.endpoint, role=Session.SIDE, application_name=f"{APPLICATION}/watch"
    )
