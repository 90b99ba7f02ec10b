"""An auditor that shares no code with the product: it reads the ledger's tables with plain SQL and
follows docs/evidence.md. `audit()` gives every fault that it finds, in words."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any

import psycopg

NAMED = {
    "runs": "'run ' || run_id",
    "migrations": "'migration ' || id || ' ' || cycle",
    "migration_steps": "'step ' || run_id || ' ' || step || ' ' || attempt",
    "migration_artifacts": "'artifact ' || id",
    "migration_checkpoints": "'checkpoint ' || run_id || ' ' || step || ' ' || stage",
    "schema_snapshots": "'snapshot ' || id",
    "graphs": "'graph ' || fingerprint",
}
DIGEST = "encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(r))::text, 'UTF8')), 'hex')"
# Each gives one line for each fault.
FAULTS = """
SELECT 'two done rows of step ' || step FROM _zanith_migration_steps WHERE status = 'done'
 GROUP BY run_id, step HAVING count(*) > 1
UNION ALL SELECT 'attempts with a gap, step ' || step FROM _zanith_migration_steps
 GROUP BY run_id, step HAVING max(attempt) <> count(*) OR min(attempt) <> 1
UNION ALL SELECT 'tried again once it was done: step ' || a.step FROM _zanith_migration_steps a
  JOIN _zanith_migration_steps b USING (run_id, step)
 WHERE a.status IN ('done', 'skipped') AND b.attempt > a.attempt
UNION ALL SELECT s.status || ' without its event: step ' || s.step FROM _zanith_migration_steps s
 WHERE s.status <> 'pending' AND NOT EXISTS (SELECT FROM _zanith_events e
   WHERE (e.run_id, e.step, e.attempt, e.kind) = (s.run_id, s.step, s.attempt, 'step_' || s.status))
UNION ALL SELECT 'an event without its row: ' || e.seq FROM _zanith_events e
 WHERE e.kind ~ '^step_(done|failed|interrupted)$' AND NOT EXISTS (
   SELECT FROM _zanith_migration_steps s
    WHERE (s.run_id, s.step, s.attempt) = (e.run_id, e.step, e.attempt)
      AND 'step_' || s.status = e.kind)
UNION ALL SELECT 'applied without a whole run: ' || m.id FROM _zanith_migrations m
 WHERE NOT EXISTS (SELECT FROM _zanith_runs r WHERE (r.run_id, r.migration_id, r.state)
   = (m.run_id, m.id, 'done')) OR EXISTS (SELECT FROM _zanith_migration_steps s
   WHERE s.run_id = m.run_id GROUP BY step HAVING NOT bool_or(status IN ('done', 'skipped')))
UNION ALL SELECT 'done, but nothing says applied: ' || r.run_id FROM _zanith_runs r
 WHERE (r.state, r.direction) = ('done', 'up')
   AND NOT EXISTS (SELECT FROM _zanith_migrations m WHERE m.run_id = r.run_id)
UNION ALL SELECT 'an artifact of no step: ' || a.id FROM _zanith_migration_artifacts a
 WHERE NOT EXISTS (SELECT FROM _zanith_migration_steps s WHERE (s.run_id, s.step)
   = (a.run_id, a.step) AND s.status <> 'pending')
"""


def audit(db: psycopg.Connection[Any], key: bytes | None = None) -> list[str]:
    db.execute("SET TimeZone = 'UTC'; SET search_path = public")
    columns = "run_id, migration_id, step, attempt, stage, detail, prev_mac"
    events = db.execute(
        f"SELECT mac, seq, at, kind, actor, {columns} FROM _zanith_events ORDER BY seq"
    )
    faults, head, count, seals = [], "", 0, {}
    for mac, seq, at, kind, actor, run_id, *rest, detail, prev in events.fetchall():
        when = at.astimezone(UTC).isoformat(timespec="microseconds")
        covered = [seq, when, kind, actor, str(run_id or ""), *rest, detail, prev]
        text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        made = hmac.new(key, text.encode(), "sha256") if key else hashlib.sha256(text.encode())
        if (seq, prev, mac) != (count + 1, head, made.hexdigest()):
            faults.append(f"event {seq} does not follow")
        head, count = mac, seq
        seals.update(detail.get("seals", {}))
    if db.execute("SELECT last_seq, last_mac FROM _zanith_fence").fetchone() != (count, head):
        faults.append("the last event is not the one that the fence knows")
    for table, name in NAMED.items():
        for row, digest in db.execute(f"SELECT {name}, {DIGEST} FROM _zanith_{table} r".encode()):
            if seals.pop(row, None) != digest:
                faults.append(f"not as it was sealed: {row}")
    faults += [f"gone: {row}" for row in seals]
    return faults + [row[0] for row in db.execute(FAULTS)]
