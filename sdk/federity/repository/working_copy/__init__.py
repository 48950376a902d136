"""The `.federity` folder of a working copy: every file in it, and the weights that are loaded from it."""
