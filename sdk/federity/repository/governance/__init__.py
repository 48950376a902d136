"""People and rules: members, branches, bases, keys, rounds, reviews, and the rent of all of these."""
