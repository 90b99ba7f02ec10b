-- One JSON array of Definition: the rarer objects that live in a schema.
-- A member of an operator family stands with its class where it belongs to one.
WITH members AS MATERIALIZED (
       SELECT 'pg_catalog.pg_amop'::regclass AS catalog, a.oid, a.amopfamily AS family,
              0 AS rank, a.amopstrategy AS number,
              'OPERATOR ' || a.amopstrategy || ' ' || a.amopopr::regoperator::text
                || coalesce(
                  ' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' || quote_ident(s.opfname), ''
                ) AS text
         FROM pg_catalog.pg_amop AS a
         LEFT JOIN pg_catalog.pg_opfamily AS s ON s.oid = a.amopsortfamily
         LEFT JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.opfnamespace
        WHERE a.oid >= 16384
        UNION ALL
       SELECT 'pg_catalog.pg_amproc'::regclass, p.oid, p.amprocfamily, 1, p.amprocnum,
              'FUNCTION ' || p.amprocnum || ' (' || format_type(p.amproclefttype, NULL) || ', '
                || format_type(p.amprocrighttype, NULL) || ') ' || p.amproc::regprocedure::text
         FROM pg_catalog.pg_amproc AS p
        WHERE p.oid >= 16384
     ),
     owned AS MATERIALIZED (
       SELECT m.family, m.rank, m.number, m.text, c.refobjid AS class
         FROM members AS m
         LEFT JOIN pg_catalog.pg_depend AS c
           ON c.classid = m.catalog AND c.objid = m.oid
          AND c.refclassid = 'pg_catalog.pg_opclass'::regclass AND c.deptype = 'i'
     ),
     objects AS (
       SELECT 'statistics' AS kind, 'pg_catalog.pg_statistic_ext'::regclass AS catalog, s.oid,
              s.stxnamespace AS schema, s.stxname::text AS label,
              -- Columns in name order: that of the table is no difference.
              replace(
                pg_get_statisticsobjdef(s.oid),
                ' ON ' || k.listed || ' FROM ',
                ' ON ' || k.by_name || substr(k.listed, length(k.by_number) + 1) || ' FROM '
              ) AS statement,
              CASE WHEN s.stxstattarget >= 0
                THEN ARRAY[
                  'ALTER STATISTICS ' || quote_ident(n.nspname) || '.' || quote_ident(s.stxname)
                  || ' SET STATISTICS ' || s.stxstattarget
                ] ELSE '{}' END AS more
         FROM pg_catalog.pg_statistic_ext AS s
         JOIN pg_catalog.pg_namespace AS n ON n.oid = s.stxnamespace
         JOIN pg_catalog.pg_class AS c ON c.oid = s.stxrelid AND NOT c.relname::text ^@ '_zanith_'
        CROSS JOIN LATERAL (
              SELECT pg_get_statisticsobjdef_columns(s.oid) AS listed,
                     coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), '')
                       AS by_number,
                     coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname), '')
                       AS by_name
                FROM pg_catalog.pg_attribute AS a
               WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[])
              ) AS k
        UNION ALL
       SELECT 'operator', 'pg_catalog.pg_operator'::regclass, o.oid, o.oprnamespace, o.oprname,
              'CREATE OPERATOR ' || quote_ident(n.nspname) || '.' || o.oprname || ' (' || concat_ws(
                ', ',
                'FUNCTION = ' || o.oprcode::regproc::text,
                'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL),
                'RIGHTARG = ' || format_type(nullif(o.oprright, 0), NULL),
                'COMMUTATOR = OPERATOR(' || quote_ident(cn.nspname) || '.' || c.oprname || ')',
                'NEGATOR = OPERATOR(' || quote_ident(gn.nspname) || '.' || g.oprname || ')',
                'RESTRICT = ' || nullif(o.oprrest, 0)::regproc::text,
                'JOIN = ' || nullif(o.oprjoin, 0)::regproc::text,
                CASE WHEN o.oprcanhash THEN 'HASHES' END,
                CASE WHEN o.oprcanmerge THEN 'MERGES' END
              ) || ')',
              '{}'
         FROM pg_catalog.pg_operator AS o
         JOIN pg_catalog.pg_namespace AS n ON n.oid = o.oprnamespace
         LEFT JOIN pg_catalog.pg_operator AS c ON c.oid = o.oprcom
         LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = c.oprnamespace
         LEFT JOIN pg_catalog.pg_operator AS g ON g.oid = o.oprnegate
         LEFT JOIN pg_catalog.pg_namespace AS gn ON gn.oid = g.oprnamespace
        WHERE o.oprcode <> 0
        UNION ALL
       SELECT 'operator family', 'pg_catalog.pg_opfamily'::regclass, f.oid, f.opfnamespace,
              f.opfname,
              'CREATE OPERATOR FAMILY ' || quote_ident(n.nspname) || '.' || quote_ident(f.opfname)
                || ' USING ' || quote_ident(a.amname),
              ARRAY(
                SELECT 'ALTER OPERATOR FAMILY ' || quote_ident(n.nspname) || '.'
                         || quote_ident(f.opfname) || ' USING ' || quote_ident(a.amname)
                         || ' ADD ' || m.text
                  FROM owned AS m
                 WHERE m.family = f.oid AND m.class IS NULL
                 ORDER BY m.rank, m.number, m.text
              )
         FROM pg_catalog.pg_opfamily AS f
         JOIN pg_catalog.pg_am AS a ON a.oid = f.opfmethod
         JOIN pg_catalog.pg_namespace AS n ON n.oid = f.opfnamespace
        UNION ALL
       SELECT 'operator class', 'pg_catalog.pg_opclass'::regclass, c.oid, c.opcnamespace, c.opcname,
              concat_ws(
                ' ', 'CREATE OPERATOR CLASS',
                quote_ident(n.nspname) || '.' || quote_ident(c.opcname),
                CASE WHEN c.opcdefault THEN 'DEFAULT' END,
                'FOR TYPE', format_type(c.opcintype, NULL), 'USING', quote_ident(a.amname),
                'FAMILY', quote_ident(fn.nspname) || '.' || quote_ident(f.opfname),
                'AS', concat_ws(
                  ', ',
                  'STORAGE ' || format_type(
                    CASE WHEN c.opckeytype <> 0 THEN c.opckeytype
                         WHEN NOT EXISTS (SELECT FROM owned AS m WHERE m.class = c.oid)
                           THEN c.opcintype END, NULL
                  ),
                  (SELECT string_agg(m.text, ', ' ORDER BY m.rank, m.number, m.text)
                     FROM owned AS m WHERE m.class = c.oid)
                )
              ),
              '{}'
         FROM pg_catalog.pg_opclass AS c
         JOIN pg_catalog.pg_opfamily AS f ON f.oid = c.opcfamily
         JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.opfnamespace
         JOIN pg_catalog.pg_am AS a ON a.oid = c.opcmethod
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.opcnamespace
        UNION ALL
       SELECT 'conversion', 'pg_catalog.pg_conversion'::regclass, c.oid, c.connamespace, c.conname,
              concat_ws(
                ' ', 'CREATE', CASE WHEN c.condefault THEN 'DEFAULT' END, 'CONVERSION',
                quote_ident(n.nspname) || '.' || quote_ident(c.conname),
                'FOR', quote_literal(pg_encoding_to_char(c.conforencoding)),
                'TO', quote_literal(pg_encoding_to_char(c.contoencoding)),
                'FROM', c.conproc::regproc::text
              ),
              '{}'
         FROM pg_catalog.pg_conversion AS c
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
        UNION ALL
       SELECT 'text search parser', 'pg_catalog.pg_ts_parser'::regclass, p.oid, p.prsnamespace,
              p.prsname,
              'CREATE TEXT SEARCH PARSER ' || quote_ident(n.nspname) || '.' || quote_ident(p.prsname)
                || ' (' || concat_ws(
                ', ', 'START = ' || p.prsstart, 'GETTOKEN = ' || p.prstoken, 'END = ' || p.prsend,
                'HEADLINE = ' || nullif(p.prsheadline::oid, 0)::regproc,
                'LEXTYPES = ' || p.prslextype
              ) || ')',
              '{}'
         FROM pg_catalog.pg_ts_parser AS p
         JOIN pg_catalog.pg_namespace AS n ON n.oid = p.prsnamespace
        UNION ALL
       SELECT 'text search template', 'pg_catalog.pg_ts_template'::regclass, t.oid,
              t.tmplnamespace, t.tmplname,
              'CREATE TEXT SEARCH TEMPLATE ' || quote_ident(n.nspname) || '.'
                || quote_ident(t.tmplname) || ' (' || concat_ws(
                ', ', 'INIT = ' || nullif(t.tmplinit::oid, 0)::regproc,
                'LEXIZE = ' || t.tmpllexize
              ) || ')',
              '{}'
         FROM pg_catalog.pg_ts_template AS t
         JOIN pg_catalog.pg_namespace AS n ON n.oid = t.tmplnamespace
        UNION ALL
       SELECT 'text search dictionary', 'pg_catalog.pg_ts_dict'::regclass, t.oid, t.dictnamespace,
              t.dictname,
              'CREATE TEXT SEARCH DICTIONARY ' || quote_ident(n.nspname) || '.'
                || quote_ident(t.dictname) || ' (' || concat_ws(
                ', ', 'TEMPLATE = ' || quote_ident(m.nspname) || '.' || quote_ident(p.tmplname),
                t.dictinitoption
              ) || ')',
              '{}'
         FROM pg_catalog.pg_ts_dict AS t
         JOIN pg_catalog.pg_namespace AS n ON n.oid = t.dictnamespace
         JOIN pg_catalog.pg_ts_template AS p ON p.oid = t.dicttemplate
         JOIN pg_catalog.pg_namespace AS m ON m.oid = p.tmplnamespace
        UNION ALL
       SELECT 'text search configuration', 'pg_catalog.pg_ts_config'::regclass, t.oid,
              t.cfgnamespace, t.cfgname,
              'CREATE TEXT SEARCH CONFIGURATION ' || quote_ident(n.nspname) || '.'
                || quote_ident(t.cfgname) || ' (PARSER = ' || quote_ident(m.nspname) || '.'
                || quote_ident(p.prsname) || ')',
              ARRAY(
                SELECT 'ALTER TEXT SEARCH CONFIGURATION ' || quote_ident(n.nspname) || '.'
                         || quote_ident(t.cfgname) || ' ADD MAPPING FOR ' || quote_ident(k.alias)
                         || ' WITH ' || string_agg(
                           quote_ident(dn.nspname) || '.' || quote_ident(d.dictname),
                           ', ' ORDER BY x.mapseqno
                         )
                  FROM pg_catalog.pg_ts_config_map AS x
                  JOIN pg_catalog.pg_ts_dict AS d ON d.oid = x.mapdict
                  JOIN pg_catalog.pg_namespace AS dn ON dn.oid = d.dictnamespace
                  JOIN ts_token_type(t.cfgparser) AS k ON k.tokid = x.maptokentype
                 WHERE x.mapcfg = t.oid
                 GROUP BY x.maptokentype, k.alias
                 ORDER BY x.maptokentype
              )
         FROM pg_catalog.pg_ts_config AS t
         JOIN pg_catalog.pg_namespace AS n ON n.oid = t.cfgnamespace
         JOIN pg_catalog.pg_ts_parser AS p ON p.oid = t.cfgparser
         JOIN pg_catalog.pg_namespace AS m ON m.oid = p.prsnamespace
     )
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', o.kind,
             'name', i.identity,
             'schema', n.nspname,
             'create', o.statement,
             'then', o.more,
             'comment', d.description
           )
         ),
         '[]'
       )::text
  FROM objects AS o
  JOIN pg_catalog.pg_namespace AS n ON n.oid = o.schema
 CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, 0) AS i
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = o.catalog AND d.objoid = o.oid AND d.objsubid = 0
 WHERE o.schema = ANY (%(schemas)s::oid[])
   AND NOT o.label ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = o.catalog AND e.objid = o.oid AND e.deptype = 'e'
        AND e.refclassid = 'pg_catalog.pg_extension'::regclass
   )
