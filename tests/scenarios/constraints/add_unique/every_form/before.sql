CREATE TABLE "Users" (id int, "E-mail" text, tenant int, note text);
