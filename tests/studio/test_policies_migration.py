"""What environments asked for before policies had versions is their version 1."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from migrate_core.files.config import parse
from migrate_core.risk.policy import Policy

pytestmark = pytest.mark.db
BEFORE = """
INSERT INTO auth_user (id, username, password, first_name, last_name, email, is_superuser,
                       is_staff, is_active, date_joined)
VALUES (1, 'bo', '', '', '', '', false, false, true, now());
INSERT INTO studio_project (id, name, folder, last_change, created_at)
VALUES (1, 'shop', '', 0, now());
INSERT INTO studio_environment (id, project_id, name, kind, budget, approvals, verify, fail_on)
VALUES (1, 1, 'production', 'prod', 60, 1, true, 'raw_sql, no_such_reason,drops_index'),
       (2, 1, 'development', 'dev', NULL, 0, false, '');
INSERT INTO studio_target (id, environment_id, name, host, port, dbname, "user", sslmode,
                           sslrootcert, sealed_password, schemas, state, problem,
                           live_fingerprint, known_fingerprint, created_at)
VALUES (1, 1, 'shop', '', 5432, 'shop', '', 'disable', '', '', '[]', 'new', '', '', '', now());
INSERT INTO studio_change (id, project_id, number, title, migration_id, target_id, state, story,
                           created_at, updated_at)
VALUES (1, 1, 1, 'x', 'x', 1, 'planned', '', now(), now());
INSERT INTO studio_plan (id, change_id, target_id, work, body, hash, base_fingerprint, direction,
                         level, score, steps, created_at)
VALUES (1, 1, 1, 'done', '', 'h', 'f', 'up', 'low', 15, 1, now());
INSERT INTO studio_approval (id, change_id, plan_id, user_id, verdict, comment, plan_hash,
                             target_id, base_fingerprint, level, score, policy, created_at)
SELECT n, 1, 1, 1, 'approved', '', 'h', 1, 'f', 'low', 15, text, now()
  FROM (VALUES (1, 'Policy(budget=60, verify=True, approvals=1,'
                   ' fail_on=(''raw_sql'', ''no_such_reason'', ''drops_index''))'),
               (2, 'Policy(budget=80, verify=True, approvals=1, fail_on=())')) AS given (n, text)
"""


@pytest.fixture
def database(make_db: Callable[..., psycopg.Connection]) -> psycopg.Connection:
    return make_db("")


def migrate(conn: psycopg.Connection, *target: str) -> None:
    info = conn.info
    url = (
        f"postgresql://{quote(info.user)}:{quote(info.password, safe='')}@/{info.dbname}"
        f"?host={quote(info.host, safe='')}&port={info.port}"
    )
    django = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", *target]
    settings = {"DJANGO_SETTINGS_MODULE": "studio.settings", "ZANITH_DEMO": "1"}
    root = Path(__file__).parents[2]
    subprocess.run(
        django, env={**os.environ, **settings, "DATABASE_URL": url}, cwd=root, check=True
    )


def test_policies_and_approvals_are_carried_over(database: psycopg.Connection) -> None:
    migrate(database, "auth")
    migrate(database, "studio", "0004")
    database.execute(BEFORE.encode())

    migrate(database)

    rows = database.execute(
        "SELECT e.name, v.number, v.text, v.note FROM studio_environment AS e"
        " JOIN studio_policyversion AS v ON v.id = e.policy_version_id ORDER BY e.id"
    ).fetchall()
    read = {name: parse(text, Path(name)).policy.everywhere() for name, _, text, _ in rows}
    assert read["production"] == Policy(budget=60, approvals=1, fail_on=("raw_sql", "drops_index"))
    assert read["development"] == Policy(verify=False)
    assert [number for _, number, _, _ in rows] == [1, 1]
    assert "left out, since no reason has it: no_such_reason" in rows[0][3]
    kept = database.execute(
        "SELECT a.id, v.environment_id FROM studio_approval AS a"
        " LEFT JOIN studio_policyversion AS v ON v.id = a.policy_version_id ORDER BY a.id"
    )
    assert kept.fetchall() == [(1, 1), (2, None)]  # the second one was of another policy
