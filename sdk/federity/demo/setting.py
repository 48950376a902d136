"""How all contributors train, whatever their framework."""

EPOCHS = 8
BATCH = 32
RATE = 0.03
MOMENTUM = 0.9
