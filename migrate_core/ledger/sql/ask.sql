-- What is not asked for now stays as it was asked before.
INSERT INTO {schema}._zanith_wishes AS w (run_id, wanted, pace, actor)
VALUES (%(run_id)s, %(wanted)s, coalesce(%(pace)s::integer, 100), %(actor)s)
ON CONFLICT (run_id) DO UPDATE
   SET wanted = coalesce(excluded.wanted, w.wanted),
       pace = coalesce(%(pace)s::integer, w.pace),
       actor = excluded.actor,
       asked_at = clock_timestamp()
