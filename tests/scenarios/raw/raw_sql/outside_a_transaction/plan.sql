VACUUM public.t;
