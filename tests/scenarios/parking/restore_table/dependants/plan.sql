ALTER TABLE public._zanith_dropped_teams_83f9d2bd RENAME TO teams;
ALTER TABLE public.teams RENAME CONSTRAINT _zanith_dropped_teams_pkey_83f9d2bd TO teams_pkey;
ALTER TABLE public.teams RENAME CONSTRAINT _zanith_dropped_teams_id_not_null_83f9d2bd TO teams_id_not_null;
CREATE VIEW public.names AS
 SELECT t.name
   FROM (public.teams t
     JOIN public.users u ON ((u.team = t.id)));
GRANT SELECT ON TABLE public.names TO PUBLIC;
CREATE MATERIALIZED VIEW public.counted AS
 SELECT t.name,
    count(*) AS users
   FROM (public.teams t
     JOIN public.users u ON ((u.team = t.id)))
  GROUP BY t.name;
CREATE INDEX CONCURRENTLY counted_name ON public.counted USING btree (name);
ALTER TABLE public.users ADD CONSTRAINT users_team_fkey FOREIGN KEY (team) REFERENCES public.teams(id) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT users_team_fkey;
