DROP STATISTICS public."Most common";
DROP STATISTICS public.of_columns;
