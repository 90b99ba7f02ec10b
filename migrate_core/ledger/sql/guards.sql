-- What the ledger refuses whoever asks: rows only move forward, and none is ever removed.
-- A row's facts (every column but those named as arguments of the trigger) never change.
CREATE OR REPLACE FUNCTION {schema}._zanith_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $guard$
BEGIN
    RAISE EXCEPTION 'the ledger keeps every row: % of % is refused', lower(TG_OP), TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'Rows of the ledger are added, never edited.';
END
$guard$;

CREATE OR REPLACE FUNCTION {schema}._zanith_move_forward() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $guard$
DECLARE
    state text := TG_ARGV[0];
    legal text[] := string_to_array(TG_ARGV[1], ' ');
    facts_before jsonb := to_jsonb(OLD) - string_to_array(TG_ARGV[2], ' ');
    facts_after jsonb := to_jsonb(NEW) - string_to_array(TG_ARGV[2], ' ');
    move text := (to_jsonb(OLD) ->> state) || '>' || (to_jsonb(NEW) ->> state);
BEGIN
    IF facts_before IS DISTINCT FROM facts_after OR NOT move = ANY (legal) THEN
        RAISE EXCEPTION 'a row of % only moves forward: % is refused', TG_TABLE_NAME, move
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'A new try is a new row.';
    END IF;
    RETURN NEW;
END
$guard$;

CREATE OR REPLACE FUNCTION {schema}._zanith_revert_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $guard$
DECLARE
    reverting text[] := ARRAY['reverted_at', 'reverted_by', 'reverted_run'];
BEGIN
    IF OLD.reverted_at IS NOT NULL OR NEW.reverted_at IS NULL
       OR to_jsonb(OLD) - reverting IS DISTINCT FROM to_jsonb(NEW) - reverting THEN
        RAISE EXCEPTION 'an applied migration may only be marked as reverted, once'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$guard$;

CREATE OR REPLACE TRIGGER _zanith_keep BEFORE UPDATE OR DELETE ON {schema}._zanith_events
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep BEFORE UPDATE OR DELETE ON {schema}._zanith_graphs
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep BEFORE UPDATE OR DELETE ON {schema}._zanith_schema_snapshots
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep BEFORE DELETE ON {schema}._zanith_fence
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep BEFORE DELETE ON {schema}._zanith_runs
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep BEFORE DELETE ON {schema}._zanith_migrations
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep BEFORE DELETE ON {schema}._zanith_migration_steps
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep BEFORE DELETE ON {schema}._zanith_migration_artifacts
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep BEFORE DELETE ON {schema}._zanith_migration_checkpoints
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_refuse();

CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_events
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_graphs
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_schema_snapshots
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_fence
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_runs
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_migrations
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_migration_steps
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_migration_artifacts
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();
CREATE OR REPLACE TRIGGER _zanith_keep_all BEFORE TRUNCATE ON {schema}._zanith_migration_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}._zanith_refuse();

CREATE OR REPLACE TRIGGER _zanith_forward BEFORE UPDATE ON {schema}._zanith_runs
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_move_forward(
        'state',
        'running>running running>done running>failed running>paused running>cancelled running>closed '
        'failed>running failed>closed paused>running paused>cancelled paused>closed '
        'cancelled>running cancelled>closed',
        'state ended_at');
CREATE OR REPLACE TRIGGER _zanith_forward BEFORE UPDATE ON {schema}._zanith_migration_steps
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_move_forward(
        'status',
        'pending>running pending>skipped running>running running>done running>failed '
        'running>interrupted',
        'status stage begun started_at finished_at elapsed_ms rows sqlstate error hint actor');
CREATE OR REPLACE TRIGGER _zanith_forward BEFORE UPDATE ON {schema}._zanith_migration_artifacts
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_move_forward(
        'status', 'kept>restored kept>purged', 'status released_at released_by released_run');
CREATE OR REPLACE TRIGGER _zanith_forward BEFORE UPDATE ON {schema}._zanith_migration_checkpoints
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_move_forward(
        'status',
        'running>running running>done',
        'cursor sweep settles changed_in_sweep processed changed total_estimate batch_rows status updated_at');
CREATE OR REPLACE TRIGGER _zanith_forward BEFORE UPDATE ON {schema}._zanith_migrations
    FOR EACH ROW EXECUTE FUNCTION {schema}._zanith_revert_once();
