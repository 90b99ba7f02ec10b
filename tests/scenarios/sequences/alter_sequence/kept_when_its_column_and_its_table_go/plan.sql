ALTER SEQUENCE public.gone_id_seq OWNED BY NONE;
DROP TABLE public.gone;
ALTER SEQUENCE public.of_column OWNED BY NONE;
ALTER TABLE public.t DROP COLUMN number;
