ALTER SEQUENCE public.freed INCREMENT BY 2;
ALTER SEQUENCE public.freed OWNED BY NONE;
ALTER SEQUENCE public.given OWNED BY public.t.n;
ALTER SEQUENCE public.taken OWNED BY public.t.id;
