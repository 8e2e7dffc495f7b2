"""What a policy may say about the people who work here. No Django here: `upheld policy check` reads it too."""

from upheld.policy.vocabulary import Subject

AGENT = Subject(
    name="agent",
    events={
        "agent.joined": "They were hired.",
        "agent.certified": "They passed the product certification.",
        "agent.trained": "They took part in a training.",
        "agent.met": "They took part in the team meeting.",
        "agent.workshop_held": "They took part in a workshop.",
        "agent.conference_attended": "They went to a conference of the trade.",
        "agent.left": "They no longer work here.",
    },
    attributes={"level": None, "team": None, "role": None},
)

# The organisation as a whole, for what it owes itself and all its customers at once. There is one, with the key "desk:1".
DESK = Subject(
    name="desk",
    events={
        "desk.started": "The desk began to work.",
        "desk.webinar_held": "A webinar took place.",
        "desk.deep_dive_held": "A session on an advanced subject took place.",
        "desk.conference_held": "A conference for users took place.",
        "desk.advisory_board_met": "Customers advised the company.",
        "desk.knowledge_refreshed": "Something in the knowledge base was brought up to date.",
        "desk.escalations_reviewed": "The escalated cases were gone through for what they teach.",
        "desk.trends_analysed": "The product team got what support saw, with recommendations.",
        "desk.feedback_analysed": "The feedback was gone through, and what follows from it was planned.",
        "desk.processes_improved": "The way of working was looked at and made better.",
        "desk.relationships_surveyed": "All customers were asked whether they would recommend the company.",
        "desk.stopped": "The desk works no longer.",
    },
)
