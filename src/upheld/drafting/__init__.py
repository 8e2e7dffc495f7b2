"""Drafts of the policy: written together, asked about, reviewed, approved, published, read by everybody.

Owns the words draft, revision, question (about a draft), approval and acknowledgement. Pages and the command line call its
actions; what a policy may say is the room `policy`'s matter, and which version is in force `commitments`'.
"""
