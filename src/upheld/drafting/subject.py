"""Events of drafts, and of versions that are being read."""

EVENTS = {
    "draft.started": "Somebody began to write the next version of the policy.",
    "draft.saved": "A draft was changed; the revision says how.",
    "draft.questioned": "Somebody was asked about a draft.",
    "draft.answered": "A question about a draft was answered.",
    "draft.sent_to_review": "A draft was handed to those who approve it.",
    "draft.approved": "One of those who approve a draft did.",
    "draft.sent_back": "A reviewer sent a draft back to be written on.",
    "draft.withdrawn": "A draft was given up.",
    "policy.acknowledged": "Somebody confirmed that they have read a version of the policy.",
}
