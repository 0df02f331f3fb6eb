"""`leaklint server`."""

import click


def server_command() -> int:
    """Serve findings to an editor, over stdin and stdout, by the language server protocol.

    Needs the extra `lsp`: pip install 'resource-leaklint[lsp]'. How to set up an editor: docs/editors.md.
    """
    try:
        from leaklint.integrations.server import serve
    except ModuleNotFoundError as error:
        if error.name not in ("pygls", "lsprotocol"):
            raise
        raise click.UsageError("the language server needs an extra: pip install 'resource-leaklint[lsp]'") from error
    return serve()


command = click.Command("server", callback=server_command, help=server_command.__doc__, short_help="Serve findings to an editor.")
