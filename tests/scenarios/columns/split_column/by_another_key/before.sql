CREATE TABLE "Order %" (
    "found" text NOT NULL,
    "new" integer NOT NULL,
    "Size %" text,
    UNIQUE ("found", "new")
);
INSERT INTO "Order %" SELECT 'f' || n % 5, n, n || ' x ' || 2 * n FROM generate_series(1, 50) AS n;
INSERT INTO "Order %" VALUES ('none', 0, NULL);
