ALTER OPERATOR FAMILY public.alike USING hash DROP OPERATOR 1 (text,text);
ALTER OPERATOR FAMILY public.alike USING hash ADD FUNCTION 1 (text, text) public.number(text);
