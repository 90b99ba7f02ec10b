"""What the studio remembers: people, targets, reviews and the mirror of each ledger."""

from __future__ import annotations

from studio.models.audit import Attempt, WorkerBeat
from studio.models.changes import Approval, Change, MigrationText, Plan, Verification
from studio.models.policies import PolicyVersion
from studio.models.projects import DeclaredVersion, Environment, Membership, Project, Role, Target
from studio.models.records import RecordCheck, RecordHead
from studio.models.runs import Artifact, Run, RunEvent

__all__ = [
    "Approval",
    "Artifact",
    "Attempt",
    "Change",
    "DeclaredVersion",
    "Environment",
    "Membership",
    "MigrationText",
    "Plan",
    "PolicyVersion",
    "Project",
    "RecordCheck",
    "RecordHead",
    "Role",
    "Run",
    "RunEvent",
    "Target",
    "Verification",
    "WorkerBeat",
]
