"""What a third party rechecks, from chain and store alone: no working copy is believed, or needed."""
