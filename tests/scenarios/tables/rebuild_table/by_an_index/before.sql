CREATE UNLOGGED TABLE "Log %" (
    "at" timestamp with time zone NOT NULL,
    "line %" integer NOT NULL,
    words text
) WITH (fillfactor = 50, toast.autovacuum_enabled = false);
CREATE UNIQUE INDEX "Log %_key" ON "Log %" ("line %", "at");
INSERT INTO "Log %" SELECT timestamptz '2026-01-01', n, 'w' || n FROM generate_series(1, 20) AS n;
