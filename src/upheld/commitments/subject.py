"""Events that any subject can have because it is under commitments."""

EVENTS = {
    "commitment.warned": "The time of a commitment is nearly used up.",
    "commitment.breached": "The time of a commitment passed.",
    "commitment.came_due": "The time came at which something is to be done by itself.",
    "commitment.waived": "A person let a commitment go, with a reason.",
    "commitment.moved": "What it is about went over to another version of the policy.",
    "policy.published": "A policy came into force.",
}
