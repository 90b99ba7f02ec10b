CREATE OPERATOR CLASS public.text_alike FOR TYPE text USING hash FAMILY public.alike AS OPERATOR 1 public.===(text,text), FUNCTION 1 (text, text) public.number(text);
COMMENT ON OPERATOR CLASS public.text_alike USING hash IS 'hashed';
