"""How every test runs."""

from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("federity", deadline=None)
settings.load_profile("federity")
