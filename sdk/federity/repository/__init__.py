"""The domain: a repository in a working copy, one module per verb behind a thin facade."""
