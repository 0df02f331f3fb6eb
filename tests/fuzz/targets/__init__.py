"""One module per target, each with `TARGET`."""
