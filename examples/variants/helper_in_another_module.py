"""Nothing here says "connect": the helper that opens lives in `ledger.py`."""

from ledger import open_ledger


def balance(path: str, account: str) -> int:
    connection = open_ledger(path)  # RLK101
    return connection.execute("select sum(amount) from entries where account = ?", (account,)).fetchone()[0]
