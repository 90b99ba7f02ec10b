DROP OPERATOR CLASS public.text_alike USING hash;
