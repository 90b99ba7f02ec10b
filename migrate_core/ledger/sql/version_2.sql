-- What people ask of a run from outside its own process: it looks between its statements.
CREATE TABLE IF NOT EXISTS {schema}._zanith_wishes (
    run_id uuid PRIMARY KEY REFERENCES {schema}._zanith_runs,
    wanted text CHECK (wanted IN ('pause', 'stop_after_step', 'cancel')),
    pace integer NOT NULL DEFAULT 100 CHECK (pace BETWEEN 1 AND 100),
    actor text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
