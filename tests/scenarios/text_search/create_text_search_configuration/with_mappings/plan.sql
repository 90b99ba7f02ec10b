CREATE TEXT SEARCH CONFIGURATION public.search (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION public.search ADD MAPPING FOR asciiword WITH public.words, pg_catalog.english_stem;
ALTER TEXT SEARCH CONFIGURATION public.search ADD MAPPING FOR word WITH public.words, pg_catalog.english_stem;
