"""`--diff-base`: findings on what changed."""

import os
from collections.abc import Sequence

from leaklint.changes import Changes, changes, functions, touches
from leaklint.cli.run import Plan, Run, Tell, check
from leaklint.discover import Found
from leaklint.model import Diagnostic
from leaklint.settings import SettingsTree


def check_changed(files: Sequence[Found], tree: SettingsTree, revision: str, tell: Tell, plan: Plan) -> Run:
    """Checks the files that differ from the revision; the findings on changed lines or in changed functions."""
    changed = changes(revision, os.getcwd())
    run = check([file for file in files if os.path.realpath(file.path) in changed.files], tree, tell=tell, plan=plan)
    paths = {file.filename: file.path for file in run.files}
    kept: list[Diagnostic] = []
    for filename in dict.fromkeys(diagnostic.filename for diagnostic in run.diagnostics):
        found = [diagnostic for diagnostic in run.diagnostics if diagnostic.filename == filename]
        kept += _touched(found, run.sources[filename].text if filename in run.sources else "", paths[filename], changed)
    return run._replace(diagnostics=tuple(kept))


def _touched(found: Sequence[Diagnostic], text: str, path: str, changed: Changes) -> list[Diagnostic]:
    """The findings of one file that changes touch."""
    rows, spans = changed.rows(path), functions(text)
    return [diagnostic for diagnostic in found if touches(diagnostic, rows, spans)]
