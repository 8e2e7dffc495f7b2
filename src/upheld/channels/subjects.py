"""What a policy may say about conversations that are no tickets. No Django here: `upheld policy check` reads it too."""

from upheld.policy.vocabulary import Subject

CHAT = Subject(
    "chat",
    {
        "chat.requested": "A visitor asked to chat.",
        "chat.answered": "Somebody of ours wrote the first line.",
        "chat.ended": "It is over.",
    },
    {"plan": "plans", "language": "languages"},
)
CALL = Subject(
    "call",
    {
        "call.started": "It rings.",
        "call.answered": "Somebody of ours picked up.",
        "call.held": "The caller was put on hold.",
        "call.resumed": "The caller was taken off hold.",
        "call.ended": "It is over.",
    },
    {"plan": "plans", "line": None},
)
MENTION = Subject(
    "mention",
    {
        "mention.received": "Somebody wrote to us or about us in public.",
        "mention.answered": "We answered.",
        "mention.dismissed": "No answer is due.",
    },
    {"network": None},
)
TOPIC = Subject(
    "topic",
    {
        "topic.posted": "A question was asked in the forum.",
        "topic.answered_by_staff": "Somebody of ours answered.",
        "topic.closed": "It is over.",
    },
    {"category": None},
)
INCIDENT = Subject(
    "incident",
    {
        "incident.declared": "Something is broken for many.",
        "incident.updated": "The public was told how it stands.",
        "incident.resolved": "It works again.",
        "incident.root_cause_recorded": "The root cause was written down.",
        "incident.reviewed": "The review meeting took place.",
    },
    {"severity": None},
)
RECORDING = Subject(
    "recording",
    {"recording.made": "A call was recorded.", "recording.deleted": "The recording is gone."},
    {"legal_hold": frozenset({True, False})},
)
ARTICLE = Subject(
    "article",
    {
        "article.published": "It can be read.",
        "article.refreshed": "It was checked and brought up to date.",
        "article.retired": "It is gone.",
    },
    {"audience": None},
)

SUBJECTS = (CHAT, CALL, MENTION, TOPIC, INCIDENT, RECORDING, ARTICLE)

EVENTS = {
    "message.received": "A mail came in and was kept.",
    "message.released": "Somebody vouched for a mail that was held.",
    "message.run_again": "Somebody had a mail looked at again.",
    "message.dropped": "Somebody dropped a mail that was held.",
    "message.failed": "A mail of ours could not be delivered to somebody.",
    "message.delayed": "A mail of ours has been waiting for an hour.",
    "message.tried_again": "Somebody had a mail tried again that could not be delivered.",
    "message.readdressed": "Somebody had a mail sent to another address, since the first did not take it.",
    "message.set_aside": "Somebody decided that a mail that could not be delivered needs nothing more.",
    "message.bounced": "A mail that we sent came back.",
    "message.complained": "Somebody reported a mail of ours as unwanted.",
}
