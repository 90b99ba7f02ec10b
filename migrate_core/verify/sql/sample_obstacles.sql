-- What keeps rows from being loaded in any order, as pairs of statements: out of the way, and back
-- as it was. Foreign keys; constraints that not every row has to fulfil; triggers; forced RLS.
SELECT before, after
  FROM (
        SELECT 1 AS place, k.oid,
               format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, c.relname, k.conname),
               format(
                 'ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, c.relname, k.conname,
                 pg_catalog.pg_get_constraintdef(k.oid)
               )
          FROM pg_catalog.pg_constraint AS k
          JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE k.conparentid = 0
           AND (k.contype = 'f'
                OR (k.contype IN ('c', 'n') AND NOT k.convalidated AND k.coninhcount = 0))
         UNION ALL
        SELECT 2, k.oid, NULL,
               format(
                 'COMMENT ON CONSTRAINT %I ON %I.%I IS %L', k.conname, n.nspname, c.relname,
                 d.description
               )
          FROM pg_catalog.pg_constraint AS k
          JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_description AS d
            ON d.classoid = 'pg_catalog.pg_constraint'::regclass AND d.objoid = k.oid
         WHERE k.conparentid = 0
           AND (k.contype = 'f'
                OR (k.contype IN ('c', 'n') AND NOT k.convalidated AND k.coninhcount = 0))
         UNION ALL
        SELECT 3, t.oid,
               format('ALTER TABLE ONLY %I.%I DISABLE TRIGGER %I', n.nspname, c.relname, t.tgname),
               format(
                 'ALTER TABLE ONLY %I.%I ENABLE %sTRIGGER %I', n.nspname, c.relname,
                 CASE t.tgenabled WHEN 'A' THEN 'ALWAYS ' ELSE '' END, t.tgname
               )
          FROM pg_catalog.pg_trigger AS t
          JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND c.relkind IN ('r', 'p')
         UNION ALL
        SELECT 4, c.oid,
               format('ALTER TABLE %I.%I NO FORCE ROW LEVEL SECURITY', n.nspname, c.relname),
               format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', n.nspname, c.relname)
          FROM pg_catalog.pg_class AS c
          JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.relforcerowsecurity
       ) AS found (place, oid, before, after)
 ORDER BY place, oid
