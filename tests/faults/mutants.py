"""Does a test notice when the code that handles a fault is taken away?

    .venv/bin/python -m tests.faults.mutants [NAME ...]

Each mutant is one line of the product changed in a copy of this tree, and the cells of the
matrix (or other tests) that have to fail then. Ends with 1 where one of them passed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("migrate_core", "studio", "tests", "demo", "docs", "templates", "static")
FILES = ("pyproject.toml", "manage.py", "bootstrap.py")
SECONDS = 300


class Mutant(NamedTuple):
    name: str
    file: str
    old: str
    new: str
    tests: str  # pytest's -k
    path: str = "tests/faults/test_matrix.py"


RUNNER = "migrate_core/runner"
MUTANTS = (
    Mutant(
        "a pooler is not noticed",
        "migrate_core/pg/connect.py",
        "            refuse_pooler(conn)\n",
        "            pass\n",
        "pooler",
    ),
    Mutant(
        "commits are told before they are on disk",
        "migrate_core/pg/connect.py",
        "            conn.execute(_WAITS_FOR_THE_DISK, prepare=False)\n",
        "            pass\n",
        "told_as_done",
        "tests/faults/test_kills.py",
    ),
    Mutant(
        "the advisory lock is always free",
        "migrate_core/ledger/advisory.py",
        "    return bool(found and found[0])\n\n\ndef unlock",
        "    return True\n\n\ndef unlock",
        "second",
    ),
    Mutant(
        "the fence is not looked at",
        "migrate_core/ledger/journal.py",
        "if row is None or row[0] != self.token:",
        "if row is None:",
        "held_up",
        "tests/faults/test_races.py",
    ),
    Mutant(
        "dead attempts stay running",
        f"{RUNNER}/resume.py",
        "    rows = dead(rows_of(work))\n",
        "    rows: list[StepRow] = []\n",
        "SIGKILL",
    ),
    Mutant(
        "an INVALID index passes for one that is there",
        f"{RUNNER}/concurrent.py",
        '    return str(row[0]) if row else "absent"\n',
        '    return "holds" if row and row[0] != "absent" else "absent"\n',
        "middle_of_a_concurrent_build",
        "tests/faults/test_kills.py",
    ),
    Mutant(
        "a lost connection ends the run",
        f"{RUNNER}/apply.py",
        "            if not work.session.is_lost:\n                raise\n",
        "            raise\n",
        "network",
    ),
    Mutant(
        "the server is not waited for",
        f"{RUNNER}/session.py",
        "                if time.monotonic() > give_up:\n",
        "                if give_up:\n",
        "immediate",
    ),
    Mutant(
        "a deadlock is not retried",
        f"{RUNNER}/retry.py",
        '    "40P01": "deadlock detected",\n',
        "",
        "deadlock",
    ),
    Mutant(
        "a lock is waited for without end",
        f"{RUNNER}/work.py",
        "            lock_timeout_ms=self.options.lock_timeout_ms, statement_timeout_ms",
        "            lock_timeout_ms=0, statement_timeout_ms",
        "lock_timeout",
    ),
    Mutant(
        "a refused step is left as it is",
        f"{RUNNER}/failure.py",
        '    """Writes step and run as failed; gives the error to raise."""\n',
        "    raise error\n",
        "failed_step_is_on_the_record",
        "tests/migrate_core/runner/test_apply.py",
    ),
    Mutant(
        "an error of the ledger is told by nobody",
        f"{RUNNER}/apply.py",
        "        raise _refused(work, error) from error\n",
        "        raise\n",
        "disk",
    ),
    Mutant(
        "what others changed meanwhile is not looked for",
        f"{RUNNER}/resume.py",
        "    if found:\n        raise DriftError(",
        "    if found and not found:\n        raise DriftError(",
        "while",
    ),
    Mutant(
        "what others changed is not told",
        f"{RUNNER}/finish.py",
        "    return drift.unexplained(resume.base_of(work), live, done, seen=seen)\n",
        "    return ()\n",
        "DDL",
    ),
    Mutant(
        "a checkpoint is not kept",
        f"{RUNNER}/batches.py",
        "        _store(entry, after)\n",
        "",
        "SIGKILL",
    ),
    Mutant(
        "stages that are committed are run again",
        f"{RUNNER}/resume.py",
        "        reached=max(row.stage for row in tries),\n",
        "        reached=0,\n",
        "SIGKILL",
    ),
    Mutant(
        "nobody hears that it is to stop",
        f"{RUNNER}/work.py",
        '        if wish == "cancel":\n            raise CancelledError\n',
        "",
        "SIGTERM",
    ),
    Mutant(
        "a batch that takes too long is not made smaller",
        f"{RUNNER}/batches.py",
        "            if too_long and point.batch_rows > 1 and not work.session.is_lost:\n",
        "            if too_long and not too_long:\n",
        "statement_timeout",
    ),
    Mutant(
        "a run that is done is begun again",
        f"{RUNNER}/start.py",
        "    over = result_if_over(work)\n    if over is None:\n",
        "    over = None\n    if over is None:\n",
        "second",
    ),
    Mutant(
        "nobody gives way to a queue",
        f"{RUNNER}/watch.py",
        "        if queue and not self._over.is_set():\n",
        "        if queue and not queue:\n",
        "readers_pass",
        "tests/migrate_core/runner/test_queue_guard.py",
    ),
)


def main() -> None:
    wanted = [m for m in MUTANTS if not sys.argv[1:] or m.name in sys.argv[1:]]
    alive = [mutant.name for mutant in wanted if not is_noticed(mutant)]
    print(f"{len(wanted) - len(alive)} of {len(wanted)} were noticed")
    raise SystemExit(bool(alive))


def is_noticed(mutant: Mutant) -> bool:
    with TemporaryDirectory(prefix="zanith-mutant-") as name:
        folder = Path(name)
        for part in COPIED:
            shutil.copytree(ROOT / part, folder / part)
        for part in FILES:
            shutil.copy(ROOT / part, folder / part)
        file = folder / mutant.file
        text = file.read_text()
        if mutant.old not in text:
            raise SystemExit(f"{mutant.name}: {mutant.file} has no such line any more")
        file.write_text(text.replace(mutant.old, mutant.new, 1))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "--full"]
        command += [mutant.path, "-k", mutant.tests]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            print(f"noticed   {mutant.name} (by never ending)", flush=True)
            return True
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    print(f"{'noticed' if failed else 'NOT NOTICED':11} {mutant.name}", *failed[:1], flush=True)
    return bool(failed)


if __name__ == "__main__":
    main()
