-- One row: live rows with a kept value, kept values without a live row, live rows without one;
-- of the matched ones those that lack a kept value, and those that hold another.
SELECT count(*) FILTER (WHERE t._zanith_there AND a._zanith_there),
       count(*) FILTER (WHERE t._zanith_there IS NULL),
       count(*) FILTER (WHERE a._zanith_there IS NULL),
       count(*) FILTER (WHERE t._zanith_there AND a._zanith_there AND ({lacking})),
       count(*) FILTER (WHERE t._zanith_there AND a._zanith_there AND ({conflicting}))
  FROM {rows}
