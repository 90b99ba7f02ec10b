ALTER TABLE ONLY public.asset DROP COLUMN name;
