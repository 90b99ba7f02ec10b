CREATE TABLE shop."Order" (
    id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME shop."Order_id_seq" START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 CACHE 1 NO CYCLE) NOT NULL,
    code text NOT NULL,
    total numeric(10,2) DEFAULT 0,
    with_tax numeric GENERATED ALWAYS AS ((total * 1.2)) STORED,
    CONSTRAINT "Order_code_key" UNIQUE (code),
    CONSTRAINT "Order_pkey" PRIMARY KEY (id),
    CONSTRAINT "Order_total_check" CHECK ((total >= (0)::numeric))
);
COMMENT ON TABLE shop."Order" IS 'what was bought';
COMMENT ON COLUMN shop."Order".code IS 'as printed';
