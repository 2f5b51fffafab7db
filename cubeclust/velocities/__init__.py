"""Velocities of spaxels: their flags, the field, the motion that they describe."""
