DROP TRANSFORM for public.mood language plother;
