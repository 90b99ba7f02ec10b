ALTER TYPE public.mood ADD VALUE 'awful' BEFORE 'bad';
ALTER TYPE public.mood ADD VALUE 'terrible' AFTER 'awful';
ALTER TYPE public.mood ADD VALUE 'so-so' AFTER 'bad';
ALTER TYPE public.mood ADD VALUE 'fair' AFTER 'so-so';
ALTER TYPE public.mood ADD VALUE 'great';
ALTER TYPE public.mood ADD VALUE 'better';
