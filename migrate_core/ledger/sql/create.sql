-- The ledger, version 1. Runs in one transaction, under the advisory lock.
CREATE TABLE {schema}._zanith_fence (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version integer NOT NULL,
    token bigint NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0,
    last_mac text NOT NULL DEFAULT '',
    managed_by text
);

CREATE TABLE {schema}._zanith_runs (
    run_id uuid PRIMARY KEY,
    migration_id text,
    cycle integer NOT NULL,
    direction text NOT NULL CHECK (direction IN ('up', 'down', 'restore')),
    state text NOT NULL CHECK (state IN ('running', 'paused', 'failed', 'cancelled', 'done', 'closed')),
    checksum text NOT NULL,
    plan_hash text NOT NULL,
    plan jsonb NOT NULL,
    base_fingerprint text NOT NULL,
    actor text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz
);
CREATE UNIQUE INDEX _zanith_runs_one_a_cycle
    ON {schema}._zanith_runs (migration_id, cycle, direction) WHERE state <> 'closed';

CREATE TABLE {schema}._zanith_migrations (
    id text NOT NULL,
    cycle integer NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by text NOT NULL,
    checksum text NOT NULL,
    plan_hash text NOT NULL,
    elapsed_ms bigint NOT NULL,
    run_id uuid NOT NULL REFERENCES {schema}._zanith_runs,
    fingerprint text NOT NULL,
    reverted_at timestamptz,
    reverted_by text,
    reverted_run uuid REFERENCES {schema}._zanith_runs,
    PRIMARY KEY (id, cycle)
);

CREATE TABLE {schema}._zanith_migration_steps (
    run_id uuid NOT NULL REFERENCES {schema}._zanith_runs,
    step integer NOT NULL,
    attempt integer NOT NULL,
    migration_id text,
    cycle integer NOT NULL,
    direction text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    status text NOT NULL
        CHECK (status IN ('pending', 'running', 'done', 'failed', 'interrupted', 'skipped')),
    stage integer NOT NULL DEFAULT 0,
    begun integer NOT NULL DEFAULT 0,
    stages integer NOT NULL,
    sql text NOT NULL,
    lock text,
    level text NOT NULL,
    score integer NOT NULL,
    reasons jsonb NOT NULL,
    operation jsonb NOT NULL,
    inverse jsonb,
    started_at timestamptz,
    finished_at timestamptz,
    elapsed_ms bigint,
    rows bigint,
    sqlstate text,
    error text,
    hint text,
    actor text NOT NULL,
    PRIMARY KEY (run_id, step, attempt)
);
CREATE UNIQUE INDEX _zanith_steps_done_once
    ON {schema}._zanith_migration_steps (migration_id, cycle, direction, step) WHERE status = 'done';
CREATE UNIQUE INDEX _zanith_steps_done_once_in_run
    ON {schema}._zanith_migration_steps (run_id, step) WHERE status = 'done';
CREATE INDEX _zanith_steps_started ON {schema}._zanith_migration_steps (started_at);

CREATE TABLE {schema}._zanith_graphs (
    fingerprint text PRIMARY KEY,
    graph jsonb NOT NULL
);

CREATE TABLE {schema}._zanith_schema_snapshots (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration_id text,
    run_id uuid REFERENCES {schema}._zanith_runs,
    phase text NOT NULL,
    fingerprint text NOT NULL REFERENCES {schema}._zanith_graphs,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (run_id, phase)
);

CREATE TABLE {schema}._zanith_migration_artifacts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    run_id uuid NOT NULL REFERENCES {schema}._zanith_runs,
    migration_id text,
    step integer NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    physical_name text NOT NULL,
    physical_column text,
    definition jsonb NOT NULL,
    recovery_sql text[] NOT NULL,
    row_count bigint,
    checksum text,
    checksum_sql text,
    bytes bigint,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_by text NOT NULL,
    expires_at timestamptz,
    status text NOT NULL DEFAULT 'kept' CHECK (status IN ('kept', 'restored', 'purged')),
    released_at timestamptz,
    released_by text,
    released_run uuid REFERENCES {schema}._zanith_runs
);
CREATE UNIQUE INDEX _zanith_artifacts_one_kept
    ON {schema}._zanith_migration_artifacts (physical_name, coalesce(physical_column, ''))
 WHERE status = 'kept';
CREATE UNIQUE INDEX _zanith_artifacts_one_a_step ON {schema}._zanith_migration_artifacts (run_id, step);

CREATE TABLE {schema}._zanith_migration_checkpoints (
    run_id uuid NOT NULL REFERENCES {schema}._zanith_runs,
    step integer NOT NULL,
    stage integer NOT NULL,
    migration_id text,
    cycle integer NOT NULL,
    direction text NOT NULL,
    cursor jsonb,
    sweep integer NOT NULL DEFAULT 0,
    settles boolean NOT NULL DEFAULT true,
    changed_in_sweep bigint NOT NULL DEFAULT 0,
    processed bigint NOT NULL DEFAULT 0,
    changed bigint NOT NULL DEFAULT 0,
    total_estimate bigint,
    batch_rows integer NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'done')),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, step, stage)
);

CREATE TABLE {schema}._zanith_events (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    run_id uuid,
    migration_id text,
    step integer,
    attempt integer,
    stage integer,
    kind text NOT NULL,
    detail jsonb NOT NULL,
    actor text NOT NULL,
    prev_mac text NOT NULL,
    mac text NOT NULL
);
CREATE INDEX _zanith_events_of_run ON {schema}._zanith_events (run_id, seq);

INSERT INTO {schema}._zanith_fence (version) VALUES (0);
