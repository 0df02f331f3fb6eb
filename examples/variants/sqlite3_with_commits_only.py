"""sqlite3: the same surprise in the standard library. `with` commits; the file stays open and locked for others."""

import sqlite3


def mark_done(path: str, task: int) -> None:
    with sqlite3.connect(path) as connection:  # RLK106
        connection.execute("update tasks set done = 1 where id = ?", (task,))
