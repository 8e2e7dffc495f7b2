"""The shape of each file of a policy, and the order in which they are read."""

from __future__ import annotations

from upheld.policy.files.channels import CHANNELS_FILE
from upheld.policy.files.commitments import COMMITMENTS_FILE
from upheld.policy.files.escalation import ESCALATION_FILE
from upheld.policy.files.hours import HOURS_FILE
from upheld.policy.files.intake import INTAKE_FILE
from upheld.policy.files.notifications import NOTIFICATIONS_FILE
from upheld.policy.files.policy import POLICY_FILE
from upheld.policy.files.targets import TARGETS_FILE
from upheld.policy.shapes.shape import Shape

Sections = dict[str, object]

REQUIRED = ("policy.yaml", "hours.yaml")
FILES: dict[str, Shape[Sections]] = {
    "policy.yaml": POLICY_FILE,
    "hours.yaml": HOURS_FILE,
    "commitments.yaml": COMMITMENTS_FILE,
    "escalation.yaml": ESCALATION_FILE,
    "channels.yaml": CHANNELS_FILE,
    "notifications.yaml": NOTIFICATIONS_FILE,
    "targets.yaml": TARGETS_FILE,
    "intake.yaml": INTAKE_FILE,
}

__all__ = ["FILES", "REQUIRED", "Sections"]
