CREATE TABLE public.measures (
    city integer NOT NULL,
    day date NOT NULL,
    peak integer,
    CONSTRAINT measures_pkey PRIMARY KEY (city, day)
) PARTITION BY RANGE (day);
CREATE INDEX measures_peak ON public.measures (peak);
CREATE TABLE public.measures_2025 PARTITION OF public.measures FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.measures_2026 PARTITION OF public.measures FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
    PARTITION BY LIST (city);
CREATE TABLE public.measures_2026_rest PARTITION OF public.measures_2026 DEFAULT;
CREATE TABLE public.measures_kept PARTITION OF public.measures FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW public.peaks AS SELECT max(peak) AS peak FROM public.measures;
CREATE TABLE public.notes (city integer, day date, FOREIGN KEY (city, day) REFERENCES public.measures);
INSERT INTO public.measures VALUES (1, '2024-05-01', 1), (1, '2025-05-01', 1), (2, '2026-05-01', 3);
INSERT INTO public.notes VALUES (2, '2026-05-01');
