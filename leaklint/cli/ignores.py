"""`--add-ignores`."""

import click

from leaklint.add_ignores import with_ignores
from leaklint.cli.messages import complain, counted
from leaklint.cli.run import Run
from leaklint.rewrite import NotReplaced, replace_text
from leaklint.source import Source


def add_ignores(run: Run, reason: str) -> int:
    """Writes a comment at every finding of the run; the exit code: 2 if one could not be written."""
    if any(character in reason for character in "\r\n"):
        raise click.UsageError("--add-ignores: the reason must be one line")
    written, failed = 0, [*run.failures]
    paths = {file.filename: file.path for file in run.files}
    for filename, source in run.sources.items():
        found = [diagnostic for diagnostic in run.diagnostics if diagnostic.filename == filename]
        ignored = with_ignores(source.text, found, reason)
        failed += [f"{filename}:{item.location.row}: {item.code} can't be ignored by a comment" for item in ignored.left]
        problem = _replaced(paths[filename], source, ignored.text)
        if problem is None:
            written += len(found) - len(ignored.left)
        else:
            failed.append(f"{filename}: not changed: {problem}")
    for failure in failed:
        complain(failure)
    click.echo(f"Ignored {counted(written, 'finding')}.", err=True)
    return 2 if failed else 0


def _replaced(path: str, source: Source, text: str) -> str | None:
    """Writes the text; why it could not be written, if so."""
    if text == source.text:
        return None
    try:
        replace_text(path, source, text)
    except NotReplaced as error:
        return str(error)
    return None
