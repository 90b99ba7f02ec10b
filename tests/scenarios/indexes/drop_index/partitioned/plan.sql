DROP INDEX public.visit_page;
