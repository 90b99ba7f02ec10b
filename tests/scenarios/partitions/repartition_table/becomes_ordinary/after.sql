CREATE TABLE public.measures (
    city integer NOT NULL,
    day date NOT NULL,
    peak integer,
    CONSTRAINT measures_pkey PRIMARY KEY (day, city)
) WITH (fillfactor = 80);
CREATE INDEX measures_peak ON public.measures (peak);
CREATE TABLE public.measures_kept (
    city integer NOT NULL,
    day date NOT NULL,
    peak integer,
    CONSTRAINT measures_kept_pkey PRIMARY KEY (city, day)
);
CREATE INDEX measures_kept_peak_idx ON public.measures_kept (peak);
CREATE VIEW public.peaks AS SELECT max(peak) AS peak FROM public.measures;
CREATE TABLE public.notes (city integer, day date, FOREIGN KEY (city, day) REFERENCES public.measures (city, day));
