-- One row per event, in the order in which they were committed.
SELECT *
  FROM {schema}._zanith_events
 WHERE seq > %(seq)s
   AND (%(run_id)s::uuid IS NULL OR run_id = %(run_id)s)
 ORDER BY seq
 LIMIT %(limit)s
