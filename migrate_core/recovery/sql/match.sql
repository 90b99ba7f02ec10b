-- One row: live rows with a kept value, kept values without a live row, live rows without one.
SELECT count(*) FILTER (WHERE t._zanith_there AND a._zanith_there),
       count(*) FILTER (WHERE t._zanith_there IS NULL),
       count(*) FILTER (WHERE a._zanith_there IS NULL)
  FROM (SELECT live.*, true AS _zanith_there FROM ONLY {table} AS live) AS t
  FULL JOIN (SELECT kept.*, true AS _zanith_there FROM ONLY {archive} AS kept) AS a ON {same}
