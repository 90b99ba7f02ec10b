-- One JSON array of Other: the rarer objects that live in a schema, as their catalog rows
-- without numbers of this one database. Statistics go by their deparse.
WITH objects AS (
       SELECT 'pg_catalog.pg_conversion'::regclass AS catalog, c.oid, c.connamespace AS schema,
              c.conname AS name,
              (to_jsonb(c) - '{oid,conname,connamespace,conowner}'::text[])::text AS definition
         FROM pg_catalog.pg_conversion AS c
        UNION ALL
       SELECT 'pg_catalog.pg_operator'::regclass, o.oid, o.oprnamespace, o.oprname,
              concat_ws(
                ' ', o.oprcode::regprocedure::text,
                'RETURNS ' || format_type(o.oprresult, NULL),
                'COMMUTATOR ' || nullif(o.oprcom, 0)::regoperator::text,
                'NEGATOR ' || nullif(o.oprnegate, 0)::regoperator::text,
                'RESTRICT ' || nullif(o.oprrest, 0)::regprocedure::text,
                'JOIN ' || nullif(o.oprjoin, 0)::regprocedure::text,
                CASE WHEN o.oprcanhash THEN 'HASHES' END,
                CASE WHEN o.oprcanmerge THEN 'MERGES' END
              )
         FROM pg_catalog.pg_operator AS o
        UNION ALL
       SELECT 'pg_catalog.pg_opclass'::regclass, o.oid, o.opcnamespace, o.opcname,
              concat_ws(
                ' ', format_type(o.opcintype, NULL),
                'FAMILY ' || (
                  pg_identify_object('pg_catalog.pg_opfamily'::regclass, o.opcfamily, 0)
                ).identity,
                CASE WHEN o.opcdefault THEN 'DEFAULT' END,
                'STORAGE ' || format_type(nullif(o.opckeytype, 0), NULL)
              )
         FROM pg_catalog.pg_opclass AS o
        UNION ALL
       SELECT 'pg_catalog.pg_opfamily'::regclass, o.oid, o.opfnamespace, o.opfname,
              concat_ws(
                ', ',
                (SELECT string_agg(
                          concat_ws(' ', 'OPERATOR', a.amopstrategy, a.amopopr::regoperator::text,
                                    nullif(a.amopsortfamily, 0)::text),
                          ', ' ORDER BY a.amopstrategy, a.amopopr::regoperator::text)
                   FROM pg_catalog.pg_amop AS a WHERE a.amopfamily = o.oid),
                (SELECT string_agg(
                          concat_ws(' ', 'FUNCTION', a.amprocnum,
                                    format_type(a.amproclefttype, NULL),
                                    format_type(a.amprocrighttype, NULL),
                                    a.amproc::regprocedure::text),
                          ', ' ORDER BY a.amprocnum, a.amproc::regprocedure::text,
                          a.amproclefttype::regtype::text, a.amprocrighttype::regtype::text)
                   FROM pg_catalog.pg_amproc AS a WHERE a.amprocfamily = o.oid)
              )
         FROM pg_catalog.pg_opfamily AS o
        UNION ALL
       SELECT 'pg_catalog.pg_ts_config'::regclass, t.oid, t.cfgnamespace, t.cfgname,
              concat_ws(
                ', ',
                'PARSER ' || (
                  pg_identify_object('pg_catalog.pg_ts_parser'::regclass, t.cfgparser, 0)
                ).identity,
                (SELECT string_agg(m.maptokentype || ' ' || m.mapdict::regdictionary::text,
                                   ', ' ORDER BY m.maptokentype, m.mapseqno)
                   FROM pg_catalog.pg_ts_config_map AS m WHERE m.mapcfg = t.oid)
              )
         FROM pg_catalog.pg_ts_config AS t
        UNION ALL
       SELECT 'pg_catalog.pg_ts_dict'::regclass, t.oid, t.dictnamespace, t.dictname,
              concat_ws(
                ' ',
                'TEMPLATE',
                (pg_identify_object('pg_catalog.pg_ts_template'::regclass, t.dicttemplate, 0)
                ).identity,
                t.dictinitoption
              )
         FROM pg_catalog.pg_ts_dict AS t
        UNION ALL
       SELECT 'pg_catalog.pg_ts_parser'::regclass, t.oid, t.prsnamespace, t.prsname,
              (to_jsonb(t) - '{oid,prsname,prsnamespace}'::text[])::text
         FROM pg_catalog.pg_ts_parser AS t
        UNION ALL
       SELECT 'pg_catalog.pg_ts_template'::regclass, t.oid, t.tmplnamespace, t.tmplname,
              (to_jsonb(t) - '{oid,tmplname,tmplnamespace}'::text[])::text
         FROM pg_catalog.pg_ts_template AS t
        UNION ALL
       SELECT 'pg_catalog.pg_statistic_ext'::regclass, s.oid, s.stxnamespace, s.stxname,
              pg_get_statisticsobjdef(s.oid)
                || coalesce(' STATISTICS ' || nullif(s.stxstattarget, -1), '')
         FROM pg_catalog.pg_statistic_ext AS s
         JOIN pg_catalog.pg_class AS c
           ON c.oid = s.stxrelid AND NOT c.relname::text ^@ '_zanith_'
     )
SELECT coalesce(
         json_agg(
           json_build_object('kind', i.type, 'name', i.identity, 'definition', o.definition)
           ORDER BY i.type, i.identity
         ),
         '[]'
       )::text
  FROM objects AS o
 CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, 0) AS i
 WHERE o.schema = ANY (%(schemas)s::oid[])
   AND NOT o.name::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = o.catalog AND e.objid = o.oid AND e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
   )
