"""leaklint: finds resource leaks in Python code by following every path."""

__version__ = "0.1.0"
