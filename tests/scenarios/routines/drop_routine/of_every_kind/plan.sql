DROP ROUTINE public.clear();
DROP ROUTINE public.net(numeric);
DROP ROUTINE public.plus(integer);
