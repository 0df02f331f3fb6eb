"""`leaklint explain`: a rule's page, or what is known about the acquisitions on a line."""

import click

from leaklint.checks import all_checks
from leaklint.output._escape import printable


def explain_command(what: str | None) -> int:
    """Explain a rule or a line.

    WHAT is a code or name (RLK103, not-released-on-exception): prints its page. FILE:LINE: prints for each acquisition on
    that line how its type is known, how every path ends, and why it is or is not reported. Without WHAT: lists the rules.
    """
    if what is None:
        for check in all_checks():
            click.echo(f"{check.code}  {check.name:<32}{check.summary}")
        return 0
    found = next((check for check in all_checks() if what in (check.code, check.name)), None)
    if found is not None:
        click.echo(found.page.rstrip())
        return 0
    if (place := _place(what)) is not None:
        from leaklint.cli.explain_line import explain_line

        return explain_line(*place)
    raise click.UsageError(_unknown(what))


command = click.Command(
    "explain",
    params=[click.Argument(["what"], required=False, metavar="CODE|NAME|FILE:LINE")],
    callback=explain_command,
    help=explain_command.__doc__,
)


def _place(what: str) -> tuple[str, int] | None:
    """(file, row) of "file.py:12" or "file.py:12:5"."""
    parts = what.split(":")
    while len(parts) > 1 and parts[-1].isdecimal():
        *rest, row = parts
        if not (len(rest) > 1 and rest[-1].isdecimal()):
            return ":".join(rest), int(row)
        parts = rest
    return None


def _unknown(what: str) -> str:
    import difflib

    names = [name for check in all_checks() for name in (check.code, check.name)]
    near = difflib.get_close_matches(what, names, n=1)
    hint = f", did you mean '{near[0]}'?" if near else ""
    return f"'{printable(what)}' is no rule and no FILE:LINE{hint}"
