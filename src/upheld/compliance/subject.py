"""Events of proofs and of verifications."""

EVENTS = {
    "proof.asked": "Somebody asked for a proof.",
    "proof.made": "A proof was made and signed.",
    "record.verified": "The record was held against its seals.",
}
