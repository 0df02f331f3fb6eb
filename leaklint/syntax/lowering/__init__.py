"""Lowering, one subject per module: each class adds its part to the one before (see `lower.py` for the whole)."""
