-- A run that stopped half-way and whose done steps have been undone.
UPDATE {schema}._zanith_runs
   SET state = 'closed', ended_at = clock_timestamp()
 WHERE migration_id = %(migration_id)s
   AND cycle = %(cycle)s
   AND direction = 'up'
   AND state NOT IN ('done', 'closed')
