ALTER ROUTINE public.twice(integer) RENAME TO doubled;
ALTER ROUTINE public.touch() RENAME TO stamp;
