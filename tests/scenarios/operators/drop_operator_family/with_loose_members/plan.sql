DROP OPERATOR FAMILY public.alike USING hash;
