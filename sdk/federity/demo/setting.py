"""How all contributors train, whatever their framework."""

EPOCHS = 8
BATCH = 32
RATE = 0.03
MOMENTUM = 0.9

RATIO = 0.025
"""A delta's file to float32. Three rounds give error feedback little time, so it is more than by default."""
