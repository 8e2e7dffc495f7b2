"""The customers' front: ask, follow what was asked, see what is promised. One column, plain words, nothing that is not theirs.

Whoever works here is sent on to the workspace. Everybody else sees their own requests, and an account administrator those of the
account; what one may not see is 404.
"""
