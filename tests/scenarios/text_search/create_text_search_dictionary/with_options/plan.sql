CREATE TEXT SEARCH DICTIONARY public.words (TEMPLATE = pg_catalog.simple, stopwords = 'english');
COMMENT ON TEXT SEARCH DICTIONARY public.words IS 'no stop words';
