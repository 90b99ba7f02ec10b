CREATE CAST (public.mood AS integer) WITH FUNCTION public.grade(public.mood) AS ASSIGNMENT;
COMMENT ON CAST (public.mood AS integer) IS 'from 1';
CREATE CAST (public.mood AS bytea) WITH INOUT;
