ALTER SEQUENCE public.gone_id_seq OWNED BY NONE;
ALTER SEQUENCE public.of_column OWNED BY NONE;
ALTER TABLE public.t DROP COLUMN number;
DROP TABLE public.gone;
