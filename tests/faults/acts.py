"""The faults of the matrix: how each is made, and how it is mended before the re-run."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg import Connection

from migrate_core.errors import DriftError, MigrateError, RunInProgressError
from migrate_core.ledger import ledger
from migrate_core.pg.connect import Endpoint, apply_session
from migrate_core.planning.plan import Plan
from migrate_core.runner.options import RunOptions, RunResult
from studio.embedded import Postgres
from studio.server import temporary_folder
from tests import runs
from tests.faults import child, moments
from tests.faults.matrix import BEFORE, Moment
from tests.faults.pooler import TransactionPooler
from tests.faults.replicas import Pair, kill
from tests.faults.texts import LEDGER, LOCKED, ROLES, STRIKES

MakeDb = Callable[..., Connection[Any]]
QUICK = msgspec.structs.replace(runs.QUICK, batch_rows=500, most_batch_rows=500)
YEAR = 365 * 86400


@dataclass
class World:
    """A database, a plan for it, and the way to it, which a fault may change."""

    moment: Moment
    db: Connection[Any]
    plan: Plan
    endpoint: Endpoint
    options: RunOptions = QUICK
    run_id: UUID = field(default_factory=uuid4)
    afterwards: ExitStack = field(default_factory=ExitStack)
    opened: list[Connection[Any]] = field(default_factory=list)

    def connect(self) -> Connection[Any]:
        self.opened.append(apply_session(self.endpoint, "zanith"))
        return self.opened[-1]

    def apply(self, **more: Any) -> RunResult:
        given = {"connect": self.connect, "options": self.options, "run_id": self.run_id}
        return runs.run(self.db, self.plan, **{**given, **more})


class Fault(ABC):
    """Made once for its row of the matrix; most need no mending."""

    # Whether a re-run is refused until somebody takes back what they did.
    refuses: ClassVar[type[MigrateError] | None] = None
    # What others changed meanwhile, and what a run that went on tells of it.
    leaves: ClassVar[tuple[str, ...]] = ()

    def world(self, moment: Moment, make_db: MakeDb) -> World:
        db = make_db(BEFORE)
        return World(moment, db, moment.plan(db), runs.endpoint_of(db))

    def undisturbed(self, moment: Moment, make_db: MakeDb) -> World:
        """Where nothing strikes: what the others have to come to."""
        return Fault.world(self, moment, make_db)

    @abstractmethod
    def first(self, world: World) -> RunResult:
        """The run that is struck. Raises what the runner raises."""

    def mend(self, world: World) -> None:
        world.afterwards.close()

    def take_back(self, world: World) -> None:
        """What others changed. Mostly nobody did."""
        return

    def leave(self, world: World) -> None:
        """After the cell."""
        world.db.close()

    def stop(self) -> None:
        """After the last of its cells."""
        return


class Strike(Fault):
    """One that strikes a run in this process."""

    def first(self, world: World) -> RunResult:
        with world.moment.watched(world.db, lambda: self.strike(world)):
            return world.apply()

    @abstractmethod
    def strike(self, world: World) -> None:
        """At the moment."""


class Signal(Fault):
    """To a runner in a process of its own, by itself."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number

    def first(self, world: World) -> RunResult:
        worker = child.start(
            world.endpoint,
            world.plan,
            run_id=world.run_id,
            at=world.moment.name,
            signal=self.number,
        )
        worker.communicate(timeout=60)
        rows = ledger.runs(world.db) if ledger.exists(world.db) else ()
        found = [row for row in rows if row.run_id == world.run_id]
        if worker.returncode == 0 and found and found[0].state == "done":
            return world.apply()
        assert worker.returncode == (0 if self.number is signal.SIGTERM else -self.number)
        _until_gone(world.db)
        raise moments.Vanished


class Terminated(Strike):
    def strike(self, world: World) -> None:
        """pg_terminate_backend, and its end waited for."""
        pid = world.opened[-1].info.backend_pid
        with runs.another(world.db) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


class NetworkCut(Strike):
    def strike(self, world: World) -> None:
        """The line of the run's own session; its process lives."""
        _cut(world.opened[0])


class ServerStop(Strike):
    """pg_ctl stop -m immediate, and a start; durable, so what was committed is there."""

    def __init__(self) -> None:
        self.server = Postgres(temporary_folder(), name="crashing")
        self.thread = ThreadPoolExecutor(1)  # a server ends with the thread that started it
        self.thread.submit(self.server.start).result()
        self.count = 0

    def world(self, moment: Moment, make_db: MakeDb) -> World:
        self.count += 1
        name = f"crash_{self.count}"
        with psycopg.connect(self.server.url(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        self.name = name
        db = psycopg.connect(self.server.url(name), autocommit=True)
        db.execute(BEFORE.encode())
        return World(moment, db, moment.plan(db), runs.endpoint_of(db))

    def strike(self, world: World) -> None:
        self.thread.submit(kill, self.server).result()
        self.thread.submit(self.server.start).result()
        world.db.close()
        world.db = psycopg.connect(self.server.url(self.name), autocommit=True)

    def stop(self) -> None:
        self.thread.submit(self.server.stop).result()
        self.thread.shutdown()


class SecondRunner(Strike):
    """A message that comes twice: before the lock it runs, and behind it it is refused."""

    def strike(self, world: World) -> None:
        options = msgspec.structs.replace(world.options, advisory_seconds=0)
        if not world.opened:
            world.apply(options=options)
            return
        try:
            runs.run(world.db, world.plan, options=options, run_id=world.run_id)
        except RunInProgressError:
            return
        raise AssertionError("two runners worked on one database")


class LockHeld(Strike):
    """Somebody takes ACCESS EXCLUSIVE on the table and keeps it, or queues for it behind us."""

    def world(self, moment: Moment, make_db: MakeDb) -> World:
        world = super().world(moment, make_db)
        world.options = msgspec.structs.replace(QUICK, lock_tries=2)
        return world

    def strike(self, world: World) -> None:
        holder = runs.another(world.db)
        pid = holder.info.backend_pid
        thread = threading.Thread(target=_lock, args=(holder,), daemon=True)
        thread.start()
        _until(world.db, f"{LOCKED} AND pid = {pid}")
        world.afterwards.callback(holder.close)
        world.afterwards.callback(thread.join)
        world.afterwards.callback(holder.cancel)


class SqlState(Strike):
    """The server refuses a write with this SQLSTATE, so many times: ledger, DDL and rows alike."""

    def __init__(self, sqlstate: str, times: int = 1) -> None:
        self.sqlstate, self.times = sqlstate, times

    def world(self, moment: Moment, make_db: MakeDb) -> World:
        world = super().world(moment, make_db)
        ledger.ensure(world.db)
        world.db.execute(STRIKES.encode())
        return world

    def strike(self, world: World) -> None:
        with runs.another(world.db) as admin:
            armed = [self.sqlstate, self.times]
            admin.execute("INSERT INTO public._zanith_fault VALUES (%s, %s)", armed)
        world.afterwards.callback(world.db.execute, b"DELETE FROM public._zanith_fault")


class Pooler(Strike):
    """The way to the server leads through a pooler now; a session that was there is cut."""

    def strike(self, world: World) -> None:
        folder = Path(world.afterwards.enter_context(tempfile.TemporaryDirectory(prefix="z")))
        direct, info = world.endpoint, world.db.info
        world.afterwards.callback(setattr, world, "endpoint", direct)
        world.afterwards.enter_context(TransactionPooler(folder, info.dsn, info.password))
        world.endpoint = msgspec.structs.replace(direct, host=str(folder), port=5432)
        if world.opened:
            _cut(world.opened[0])


class Failover(Strike):
    """The primary dies at once and its standby takes over, with all that was committed or not."""

    def __init__(self, *, loses_tail: bool) -> None:
        self.loses_tail = loses_tail
        self.thread = ThreadPoolExecutor(1)
        self.pair: Pair | None = None

    def world(self, moment: Moment, make_db: MakeDb) -> World:
        self.stop()
        pair = self.thread.submit(Pair).result()
        self.pair = pair
        db = pair.connect()
        db.execute(BEFORE.encode())
        world = World(moment, db, moment.plan(db), pair.endpoint())
        if self.loses_tail:
            pair.cut_off()
        return world

    def strike(self, world: World) -> None:
        pair = self.pair
        assert pair is not None  # made with the world
        if not self.loses_tail:
            pair.wait_until_replayed()
        self.thread.submit(pair.fail_over).result()
        world.db.close()
        world.endpoint, world.db = pair.endpoint(), pair.connect()

    def stop(self) -> None:
        if self.pair:
            self.thread.submit(self.pair.stop).result()
            self.pair = None


class ClockSkew(Strike):
    def strike(self, world: World) -> None:
        """The client's clock jumps a year: nothing may be decided by it."""
        skewed = time.time() + YEAR
        world.afterwards.enter_context(patch("time.time", lambda: skewed))


class Revoked(Strike):
    """The applying role owned the tables through a membership, and has lost it."""

    def __init__(self) -> None:
        self.role, self.owners = f"applier_{uuid4().hex[:8]}", f"owners_{uuid4().hex[:8]}"

    def world(self, moment: Moment, make_db: MakeDb) -> World:
        db = make_db(BEFORE)
        roles = ROLES.format(role=self.role, owners=self.owners, database=db.info.dbname)
        db.execute(roles.encode())
        endpoint = msgspec.structs.replace(runs.endpoint_of(db), user=self.role, password="secret")
        world = World(moment, db, moment.plan(db), endpoint)
        if ledger.exists(db):  # the drop that a restore gives back was ours
            _give_ledger(db, self.role)
        return world

    undisturbed = world

    def strike(self, world: World) -> None:
        with runs.another(world.db) as admin:
            admin.execute(f"REVOKE {self.owners} FROM {self.role}".encode())

    def mend(self, world: World) -> None:
        world.db.execute(f"GRANT {self.owners} TO {self.role}".encode())


class OthersDdl(Strike):
    """Somebody makes a table meanwhile; it is told, and hinders nobody."""

    leaves = ("table public.stray",)

    def strike(self, world: World) -> None:
        with runs.another(world.db) as other:
            other.execute("CREATE TABLE public.stray (id integer)")

    def take_back(self, world: World) -> None:
        world.db.execute("DROP TABLE public.stray")


class OthersDdlWhileStopped(Signal):
    """The same after our worker was killed: the re-run refuses until it is taken back."""

    refuses = DriftError

    def __init__(self) -> None:
        super().__init__(signal.SIGKILL)

    def mend(self, world: World) -> None:
        world.db.execute("CREATE TABLE public.stray (id integer)")

    def take_back(self, world: World) -> None:
        world.db.execute("DROP TABLE public.stray")


def make(name: str) -> Fault:
    return MAKERS[name]()


MAKERS: dict[str, Callable[[], Fault]] = {
    "worker SIGKILL": lambda: Signal(signal.SIGKILL),
    "worker SIGTERM": lambda: Signal(signal.SIGTERM),
    "backend terminated": Terminated,
    "immediate server stop": ServerStop,
    "network cut": NetworkCut,
    "second runner": SecondRunner,
    "lock_timeout": LockHeld,
    "deadlock": lambda: SqlState("40P01"),
    "statement_timeout": lambda: SqlState("57014"),
    "disk full": lambda: SqlState("53100", times=10**9),
    "transaction pooler": Pooler,
    "failover": lambda: Failover(loses_tail=False),
    "failover, tail lost": lambda: Failover(loses_tail=True),
    "clock skew": ClockSkew,
    "privilege revoked": Revoked,
    "somebody else's DDL": OthersDdl,
    "somebody else's DDL while stopped": OthersDdlWhileStopped,
}


def _give_ledger(db: Connection[Any], role: str) -> None:
    for (name,) in db.execute(LEDGER).fetchall():
        db.execute(f"ALTER TABLE {name} OWNER TO {role}".encode())


def _cut(conn: Connection[Any]) -> None:
    with socket.socket(fileno=os.dup(conn.fileno())) as ours:
        ours.shutdown(socket.SHUT_RDWR)


def _lock(holder: Connection[Any]) -> None:
    with suppress(psycopg.Error), holder.transaction():
        holder.execute("LOCK TABLE public.users IN ACCESS EXCLUSIVE MODE")
        holder.execute("SELECT pg_sleep(5)")


def _until(db: Connection[Any], question: str) -> None:
    with runs.another(db) as conn:
        for _ in range(3000):
            if conn.execute(question.encode()).fetchone() == (True,):
                return
            time.sleep(0.01)
    raise AssertionError(f"never true: {question}")


def _until_gone(db: Connection[Any]) -> None:
    _until(db, "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database()"
               " AND application_name LIKE 'zanith/%'")  # fmt: skip
