"""Proofs for those who have to show them: team leads in the workspace, an account's administrators in the portal."""
