-- Writes one event and moves the head of the chain with it.
WITH event AS (
    INSERT INTO {schema}._zanith_events
        (seq, at, run_id, migration_id, step, attempt, stage, kind, detail, actor, prev_mac, mac)
    VALUES (%(seq)s, %(at)s, %(run_id)s, %(migration_id)s, %(step)s, %(attempt)s, %(stage)s,
            %(kind)s, %(detail)s, %(actor)s, %(prev_mac)s, %(mac)s)
    RETURNING seq, mac
)
UPDATE {schema}._zanith_fence AS f
   SET last_seq = event.seq, last_mac = event.mac
  FROM event
