"""What a policy may say about accounts. No Django here: `upheld policy check` reads it too."""

from upheld.policy.vocabulary import Subject

ACCOUNT = Subject(
    name="account",
    events={
        "account.activated": "The contract began.",
        "account.changed": "Plan, region or segment changed.",
        "account.welcomed": "The welcome call or package was given.",
        "account.trained": "A training was held.",
        "account.onboarded": "The implementation is complete.",
        "account.checked_in": "The success manager spoke with the customer.",
        "account.reviewed": "A business review took place.",
        "account.health_checked": "The health of the account was looked at.",
        "account.manager_assigned": "The account got its success manager.",
        "account.renewed": "The contract was renewed.",
        "account.closed": "The contract ended.",
    },
    attributes={"plan": "plans", "region": None, "segment": None, "language": "languages"},
)

EVENTS = {"contact.added": "Somebody of a customer became known by a mail address."}
