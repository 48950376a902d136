"""How every test runs."""

import os

from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the code. The examples are the
# same in every run, so that what is green here is green in CI; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("federity", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "federity"))
