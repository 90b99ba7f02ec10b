"""Planning and rehearsing only read the target: nothing waits for them, and no row is written.

EXCLUSIVE lets nothing through but ACCESS SHARE: whatever wanted more would wait for a session that
never lets go, and end with an error. Rows are counted by the server itself.

What ANALYZE writes does not count: autovacuum looks at shared catalogs from whichever database it
happens to be in, and nobody's ANALYZE would pass the lock. Nor do shared catalogs themselves: each
database that anybody makes on the server is a row there.
"""

from __future__ import annotations

from contextlib import closing

import psycopg

from migrate_core import api
from migrate_core.files.migration import Migration
from tests.migrate_core.verify.conftest import MakeStory, Story

TABLES = """
CREATE TABLE users (id int PRIMARY KEY, email text, note text, score int);
CREATE TABLE orders (id int PRIMARY KEY, user_id int, total numeric);
"""
ROWS = """
INSERT INTO users SELECT g, 'u' || g, 'n', g FROM generate_series(1, 20) AS g;
INSERT INTO orders SELECT g, g, g FROM generate_series(1, 20) AS g;
"""
CHANGES = """
ALTER TABLE users ADD COLUMN age int, ADD UNIQUE (email), ALTER COLUMN note SET NOT NULL;
ALTER TABLE users ADD CHECK (score > 0), ALTER COLUMN score TYPE bigint;
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users;
CREATE INDEX orders_total ON orders (total);
"""
WRITTEN = """
SELECT sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del)
  FROM pg_stat_all_tables AS s
  JOIN pg_class AS c ON c.oid = s.relid
 WHERE NOT c.relisshared AND s.relname NOT IN ('pg_statistic', 'pg_statistic_ext_data')
"""


def test_no_lock_beyond_access_share_and_no_row_written(make_story: MakeStory) -> None:
    story = make_story(TABLES + ROWS, TABLES + CHANGES)
    operations = tuple(step.operation for step in story.plan().steps)
    migration = Migration(id="20260101_000000_quiet", operations=operations)
    before = written(story)

    with closing(psycopg.connect(story.conn.info.dsn, password=story.endpoint.password)) as other:
        other.execute("LOCK TABLE users, orders IN EXCLUSIVE MODE")
        plan = api.plan(story.endpoint, migration)
        report = story.verify(plan)
        story.conn.execute("ANALYZE pg_database")  # as autovacuum may at any time
        other.rollback()

    answers = [answer for step in plan.steps for answer in step.facts.answers]
    assert [answer.error for answer in answers if answer.count is None] == []
    assert len(answers) >= 4
    assert report.ok
    assert written(story) == before


def written(story: Story) -> int:
    """With what every session has counted, this one too."""
    story.conn.execute("SELECT pg_stat_force_next_flush()")
    ((count,),) = story.conn.execute(WRITTEN).fetchall()
    return int(count)


def test_a_row_that_is_written_is_counted(make_story: MakeStory) -> None:
    story = make_story(TABLES + ROWS, TABLES)
    before = written(story)
    story.conn.execute("UPDATE users SET note = 'other' WHERE id = 1")
    assert written(story) == before + 1
    story.conn.execute("COMMENT ON TABLE users IS 'a row of a catalog'")
    assert written(story) == before + 2
