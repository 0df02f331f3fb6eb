"""`--fix`, `--fix-only` and `--diff`: what becomes of the files with findings, written or shown."""

import difflib
import sys
from collections.abc import Iterator
from itertools import pairwise

import click

from leaklint import budget
from leaklint.cli.asked import Asked
from leaklint.cli.messages import complain, counted, described
from leaklint.cli.run import Run, settings_for
from leaklint.fixes.apply import Fixed, Mode, fix_source
from leaklint.output._escape import printable
from leaklint.rewrite import NotReplaced, replace_text
from leaklint.settings import SettingsTree, catalog_for
from leaklint.source import Source, row_starts


def fix(run: Run, asked: Asked, tree: SettingsTree) -> tuple[Run, int]:
    """Mends what can be mended: the run with what is left, and how many findings were mended.

    With `--diff` nothing is written.
    """
    mended = 0
    left, failures, sources = list(run.diagnostics), list(run.failures), dict(run.sources)
    for fixed in _fixed(run, asked, tree, failures):
        filename = fixed.source.filename
        problem = None if asked.diff or not fixed.changed else _written(fixed, run)
        if problem is not None:
            failures.append(f"{filename}: not changed: {problem}")
            continue
        mended += len(fixed.mended)
        _show(fixed, asked)
        left = [d for d in left if d.filename != filename] + list(fixed.left)
        sources[filename] = Source(filename, fixed.text, fixed.source.encoding, fixed.source.bom)
    left.sort(key=lambda diagnostic: diagnostic.sort_key)
    return run._replace(diagnostics=tuple(left), sources=sources, failures=tuple(failures)), mended


def _fixed(run: Run, asked: Asked, tree: SettingsTree, failures: list[str]) -> Iterator[Fixed]:
    """Every file with findings that can be changed. What no step expected costs one file its fixes, never the run."""
    mode: Mode = "unsafe" if asked.unsafe_fixes else "safe"
    for file in run.files:
        source = run.sources.get(file.filename)
        if source is None:
            continue
        settings = settings_for(file, tree)
        only = frozenset(d.fingerprint for d in run.diagnostics if d.filename == file.filename)
        try:
            with budget.limited(budget.TIME_LIMIT):
                fixed = fix_source(source, settings, catalog_for(settings.rules), mode, only)
        except budget.OutOfTime:
            failures.append(f"{file.filename}: not changed: takes more than {budget.TIME_LIMIT:g} seconds to fix")
            continue
        except Exception as error:
            failures.append(f"{file.filename}: internal error while fixing: {described(error)}")
            continue
        if fixed.changed or (fixed.shown and asked.show_fixes):
            yield fixed


def _written(fixed: Fixed, run: Run) -> str | None:
    """Puts the new text in place; why it could not be, if so."""
    path = next(file.path for file in run.files if file.filename == fixed.source.filename)
    try:
        replace_text(path, fixed.source, fixed.text)
    except NotReplaced as error:
        return str(error)
    return None


def _show(fixed: Fixed, asked: Asked) -> None:
    """The difference, and on request what was done."""
    if asked.diff:
        rows = difference(fixed)
        # A file takes the bytes as they are, for `patch`; a terminal would obey what is in them.
        told = ("\t".join(map(printable, line[:-1].split("\t"))) + "\n" for line in rows) if sys.stdout.isatty() else rows
        sys.stdout.buffer.write("".join(told).encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    if asked.show_fixes:
        for diagnostic, done in fixed.mended:
            note = f" (unsafe: {done.reason})" if done.applicability == "unsafe" else ""
            click.echo(f"{printable(fixed.source.filename)}: {diagnostic.code} {printable(done.title)}{note}", err=True)
        for diagnostic, shown in fixed.shown:
            where = f"{printable(fixed.source.filename)}:{diagnostic.location.row}"
            text = "".join(f"    {printable(line)}".rstrip() + "\n" for line in shown.suggestion.splitlines())
            click.echo(f"{where}: {diagnostic.code} suggestion, {printable(shown.title)}:\n{text}", nl=False, err=True)


def difference(fixed: Fixed) -> Iterator[str]:
    """A unified diff that `patch` takes."""
    name = printable(fixed.source.filename)  # a name with a line end would be lines of the patch
    for line in difflib.unified_diff(_rows(fixed.source.text), _rows(fixed.text), name, name):
        yield line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"


def _rows(text: str) -> list[str]:
    return [text[start:end] for start, end in pairwise([*row_starts(text), len(text)]) if start < end]


def conclusion(run: Run, mended: int, asked: Asked) -> int:
    """The exit code of `--diff` and `--fix-only`, which report no findings."""
    for failure in run.failures:
        complain(failure)
    if not asked.quiet:
        verb = "Would fix" if asked.diff else "Fixed"
        click.echo(f"{verb} {counted(mended, 'problem')}.", err=True)
    if run.failures:
        return 2
    return 1 if mended and (asked.diff or asked.exit_non_zero_on_fix) else 0
