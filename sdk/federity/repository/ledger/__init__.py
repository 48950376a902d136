"""What chain and store say, read and checked. It takes a `Reader`, and needs no working copy."""
