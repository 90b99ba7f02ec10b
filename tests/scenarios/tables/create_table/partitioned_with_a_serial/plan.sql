CREATE SEQUENCE public."Zone_id_seq" AS integer START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE;
CREATE TABLE public."Zone" (
    id integer DEFAULT nextval('public."Zone_id_seq"'::regclass) NOT NULL,
    region text
) PARTITION BY LIST (region);
ALTER SEQUENCE public."Zone_id_seq" OWNED BY public."Zone".id;
CREATE TABLE public."Area" (
    id integer DEFAULT nextval('public."Zone_id_seq"'::regclass) CONSTRAINT "Zone_id_not_null" NOT NULL,
    region text
);
ALTER TABLE public."Zone" ATTACH PARTITION public."Area" FOR VALUES IN ('eu');
