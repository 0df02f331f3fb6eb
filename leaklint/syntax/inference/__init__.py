"""Names and types of a module, one subject per file: each class adds its part to the one before (`types.py` has the whole)."""
