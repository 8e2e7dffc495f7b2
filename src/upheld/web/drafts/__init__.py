"""Pages on which the next version of the policy is written, asked about, approved, published and read."""
