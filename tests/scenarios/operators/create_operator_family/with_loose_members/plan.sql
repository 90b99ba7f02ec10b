CREATE OPERATOR FAMILY public.alike USING hash;
ALTER OPERATOR FAMILY public.alike USING hash ADD OPERATOR 1 public.===(text,text);
ALTER OPERATOR FAMILY public.alike USING hash ADD FUNCTION 1 (text, text) public.number(text);
COMMENT ON OPERATOR FAMILY public.alike USING hash IS 'of texts';
