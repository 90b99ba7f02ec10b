CREATE OPERATOR public.!! (FUNCTION = public.number, RIGHTARG = text);
CREATE OPERATOR public.=== (FUNCTION = public.same, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(public.===), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR public.===(pg_catalog.text,pg_catalog.text) IS 'looks alike';
