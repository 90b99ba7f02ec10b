ALTER INDEX public.visit_page ATTACH PARTITION public.visit_2021_page_idx;
