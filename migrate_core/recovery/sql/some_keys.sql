-- One row per live or kept row that is meant, the first few by key: its key in words.
SELECT concat_ws(', ', {texts})
  FROM {rows}
 WHERE {meant}
 ORDER BY {key}
 LIMIT 5
