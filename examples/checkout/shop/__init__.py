"""A small checkout service: a catalogue, a payment provider, orders; Flask and SQLAlchemy's connection pool."""
