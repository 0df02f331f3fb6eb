"""`python -m leaklint` and the `leaklint` command."""


def main() -> None:
    """Run the command line; the process exits with its code."""
    from leaklint.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
