"""`python -m leaklint` and the `leaklint` command."""

import sys


def main() -> None:
    """Run the command line; the process exits with its code."""
    from leaklint.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
