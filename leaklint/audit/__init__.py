"""The audit: one HTML page about all findings of a code base, to be read by people. It works from a file, without a network."""
