ALTER TABLE public.t SET (fillfactor=80, parallel_workers=2, toast.autovacuum_enabled=false);
ALTER TABLE public.t RESET (autovacuum_enabled);
