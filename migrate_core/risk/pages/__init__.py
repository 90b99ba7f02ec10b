"""A page of advice for each reason code, with examples that a test runs.

`<code>.yaml` is written by hand; `outcomes.json` is what plans said of its examples on
PostgreSQL, and which operation kinds give the code: written by the test with --golden.
"""

from __future__ import annotations
