-- The fence, locked until this transaction ends; timeouts hold for its statements only.
SELECT f.token,
       f.last_seq,
       f.last_mac,
       clock_timestamp() AS now,
       set_config('lock_timeout', %(lock_timeout)s, true),
       set_config('statement_timeout', %(statement_timeout)s, true)
  FROM {schema}._zanith_fence AS f
   FOR UPDATE
