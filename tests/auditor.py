"""An auditor that shares no code with the product: it reads the ledger's tables with plain SQL and
follows docs/evidence.md. `audit()` gives every fault that it finds, in words."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any

import psycopg

NAMED = (  # how the chain calls a row, its table, its key
    *("run runs run_id", "migration migrations id cycle", "snapshot schema_snapshots id"),
    *("step migration_steps run_id step attempt", "artifact migration_artifacts id"),
    *("checkpoint migration_checkpoints run_id step stage", "graph graphs fingerprint"),
)
DIGEST = "encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(r))::text, 'UTF8')), 'hex')"
FAULTS = """WITH s AS (SELECT * FROM _zanith_migration_steps), e AS (SELECT * FROM _zanith_events)
SELECT 'attempts with a gap, or done twice: step ' || step FROM s GROUP BY run_id, step
HAVING max(attempt) <> count(*) OR min(attempt) <> 1 OR count(*) FILTER (WHERE status = 'done') > 1
UNION ALL SELECT 'tried again once it was done: step ' || s.step FROM s JOIN s AS b
 USING (run_id, step) WHERE s.status IN ('done', 'skipped') AND b.attempt > s.attempt
UNION ALL SELECT status || ' without its event: step ' || step FROM s WHERE status <> 'pending' AND
 (run_id, step, attempt, 'step_' || status) NOT IN (SELECT run_id, step, attempt, kind FROM e)
UNION ALL SELECT 'an event without its row: ' || seq FROM e WHERE kind ~ '^step_(done|failed|inte)'
 AND (run_id, step, attempt, kind) NOT IN (SELECT run_id, step, attempt, 'step_' || status FROM s)
UNION ALL SELECT 'applied without a whole run: ' || id FROM _zanith_migrations
 WHERE NOT EXISTS (SELECT FROM _zanith_runs r WHERE r.run_id = _zanith_migrations.run_id AND
 (migration_id, state) = (id, 'done')) OR run_id IN (SELECT run_id FROM s
 GROUP BY run_id, step HAVING NOT bool_or(status IN ('done', 'skipped')))
UNION ALL SELECT 'done, but nothing says applied: ' || run_id FROM _zanith_runs WHERE (state,
 direction) = ('done', 'up') AND run_id NOT IN (SELECT run_id FROM _zanith_migrations
 WHERE run_id IS NOT NULL)
UNION ALL SELECT 'an artifact of no step: ' || id FROM _zanith_migration_artifacts
 WHERE (run_id, step) NOT IN (SELECT run_id, step FROM s WHERE status <> 'pending')"""
EVENTS = """SELECT mac, seq, at, kind, actor, run_id, migration_id, step, attempt, stage, detail,
 prev_mac FROM _zanith_events ORDER BY seq"""


def audit(db: psycopg.Connection[Any], key: bytes | None = None) -> list[str]:
    db.execute("SET TimeZone = 'UTC'; SET search_path = public")
    faults, head, count, seals = [], "", 0, {}
    for mac, seq, at, kind, actor, run_id, *rest, detail, prev in db.execute(EVENTS).fetchall():
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
    for word, table, *columns in map(str.split, NAMED):
        name = f"concat_ws(' ', '{word}', {', '.join(columns)})"
        for row, digest in db.execute(f"SELECT {name}, {DIGEST} FROM _zanith_{table} r".encode()):
            if seals.pop(row, None) != digest:
                faults.append(f"not as it was sealed: {row}")
    return [*faults, *(f"gone: {row}" for row in seals), *(r[0] for r in db.execute(FAULTS))]
