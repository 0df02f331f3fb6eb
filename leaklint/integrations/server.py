"""The language server: findings while typing, pages on hover, a suppression as an action. Speaks over stdin and stdout.

A moment after a keystroke the functions that were edited are checked; when nobody has typed for a while, the whole file is,
beside the conversation. What was typed meanwhile makes an answer obsolete.
"""

import asyncio
import functools
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

import leaklint
from leaklint.integrations import lsp
from leaklint.integrations.documents import Documents
from leaklint.model import Diagnostic
from leaklint.source import Source, lines

if TYPE_CHECKING:
    from leaklint.fixes.apply import Fixed

PAUSE = 0.02
"""Seconds after a keystroke before what was edited is checked."""

SETTLED = 0.4
"""Seconds after the last keystroke before the whole file is checked again."""


class Editor:
    """What the server knows: the open documents, what was last found in each, and the checks that are due."""

    def __init__(self, server: LanguageServer) -> None:
        self.server = server
        self.documents = Documents(os.getcwd())
        self.found: dict[str, tuple[Diagnostic, ...]] = {}
        self.due: dict[str, asyncio.TimerHandle] = {}
        self.fixes: dict[tuple[str, str], Fixed | None] = {}
        self.beside = ThreadPoolExecutor(1)

    def close(self) -> None:
        """Nobody asks any more: what has not begun never will."""
        self.beside.shutdown(wait=False, cancel_futures=True)

    def changed(self, uri: str, pause: float = 0.0) -> None:
        """The document has a new text: it is checked soon."""
        document = self.server.workspace.get_text_document(uri)
        self.documents.edited(file_path(uri), document.source)
        self.plan(uri, pause, self.check)

    def plan(self, uri: str, pause: float, check: Callable[[str], None]) -> None:
        """A check of a document, instead of the one that is due."""
        self.forget(uri)
        self.due[uri] = asyncio.get_running_loop().call_later(pause, check, uri)

    def forget(self, uri: str) -> None:
        """A check that is due is not."""
        if (handle := self.due.pop(uri, None)) is not None:
            handle.cancel()

    def check(self, uri: str) -> None:
        """Checks an open document and tells the client: first of all what was edited, if the rest is known."""
        self.due.pop(uri, None)
        edited = self.documents.check_edit(file_path(uri))
        if edited is None:
            self.show(uri, self.checked(uri))
            return
        self.show(uri, edited)
        self.plan(uri, SETTLED, self.settle)

    def checked(self, uri: str) -> tuple[Diagnostic, ...]:
        """The findings of an open document. With settings or rules that can't be used there are none: an editor goes on, and
        says so."""
        try:
            return self.documents.check(file_path(uri))
        except Exception as error:
            message = types.ShowMessageParams(types.MessageType.Error, f"leaklint: {error}")
            self.server.window_show_message(message)
            return ()

    def settle(self, uri: str) -> None:
        """Checks the whole document while the conversation goes on, and corrects what was shown."""
        self.due.pop(uri, None)
        documents, loop = self.documents, asyncio.get_running_loop()
        text = documents.texts.get(file_path(uri))

        def compare(done: "Future[tuple[Diagnostic, ...]]") -> None:
            current = documents is self.documents and documents.texts.get(file_path(uri)) is text
            if current and done.exception() is None and done.result() != self.found.get(uri):
                self.show(uri, done.result())

        self.beside.submit(documents.check, file_path(uri)).add_done_callback(
            lambda done: loop.call_soon_threadsafe(compare, done)
        )

    def show(self, uri: str, found: tuple[Diagnostic, ...]) -> None:
        """Shows the client what was found."""
        self.fixes.clear()
        self.found[uri] = found
        rows = functools.cache(self.rows)
        self.publish(uri, [lsp.diagnostic(item, rows, self.units, _uri) for item in found])

    def mended(self, uri: str, fingerprint: str) -> "Fixed | None":
        """The document with that finding mended; looked for once per text, as clients ask at every move of the cursor."""
        if (uri, fingerprint) not in self.fixes:
            self.fixes[uri, fingerprint] = self.documents.mended(file_path(uri), fingerprint)
        return self.fixes[uri, fingerprint]

    def publish(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        """Shows these findings of a document in place of those before."""
        version = self.server.workspace.get_text_document(uri).version
        self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))

    def rows(self, path: str) -> Sequence[str]:
        """The rows of a file as the editor shows it."""
        source = self.documents.read(path)
        return lines(source.text) if isinstance(source, Source) else ()

    def units(self, text: str) -> int:
        """The length of a text as the client counts."""
        return int(self.server.workspace.position_codec.client_num_units(text))

    def at(self, uri: str, span: types.Range) -> list[tuple[Diagnostic, types.Range]]:
        """The findings of a document that overlap a range, each with its own."""
        rows = self.rows(file_path(uri))
        found = ((item, lsp.span(item, rows, self.units)) for item in self.found.get(uri, ()))
        return [(item, own) for item, own in found if own.start <= span.end and span.start <= own.end]


def file_path(uri: str) -> str:
    """The absolute path of a document; one that was never saved lies in the working folder."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return os.path.abspath(path or "untitled.py")


def _uri(path: str) -> str:
    return from_fs_path(path) or ""


def make_server() -> LanguageServer:
    """The server, ready to be started."""
    server = LanguageServer("leaklint", leaklint.__version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
    editor = Editor(server)
    for feature, told in _told(editor).items():
        server.feature(feature)(told)
    server.feature(types.TEXT_DOCUMENT_HOVER)(lambda params: _hover(editor, params))
    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)(lambda params: _actions(editor, params))
    return server


def _told(editor: Editor) -> dict[str, Callable[[Any], None]]:
    """What is done when the client tells something."""

    def initialized(_: types.InitializedParams) -> None:
        editor.documents = Documents(editor.server.workspace.root_path or os.getcwd())
        _warm(editor.documents)

    def opened(params: types.DidOpenTextDocumentParams) -> None:
        editor.documents.reread_settings()
        editor.changed(params.text_document.uri)

    def changed(params: types.DidChangeTextDocumentParams) -> None:
        editor.changed(params.text_document.uri, PAUSE)

    def settings_changed(_: Any) -> None:
        editor.documents.reread_settings()
        for uri in list(editor.found):
            editor.changed(uri)

    def closed(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        editor.forget(uri)
        editor.documents.texts.pop(file_path(uri), None)
        editor.found.pop(uri, None)
        editor.publish(uri, [])

    return {
        types.INITIALIZED: initialized,
        types.SHUTDOWN: lambda _: editor.close(),
        types.TEXT_DOCUMENT_DID_OPEN: opened,
        types.TEXT_DOCUMENT_DID_CHANGE: changed,
        types.TEXT_DOCUMENT_DID_SAVE: settings_changed,
        types.TEXT_DOCUMENT_DID_CLOSE: closed,
        types.WORKSPACE_DID_CHANGE_WATCHED_FILES: settings_changed,
        types.WORKSPACE_DID_CHANGE_CONFIGURATION: settings_changed,
    }


def _hover(editor: Editor, params: types.HoverParams) -> types.Hover | None:
    uri, place = params.text_document.uri, params.position
    here = editor.at(uri, types.Range(place, place))
    if not here:
        return None
    found = here[0][0]
    fixed = editor.mended(uri, found.fingerprint)
    suggestion = next((shown.suggestion for _, shown in fixed.shown), "") if fixed is not None else ""
    return lsp.hover(found, editor.rows(file_path(uri)), editor.units, suggestion)


def _actions(editor: Editor, params: types.CodeActionParams) -> list[types.CodeAction]:
    """For each finding there: what mends it, then what silences it."""
    uri = params.text_document.uri
    text = editor.server.workspace.get_text_document(uri).source
    known = {given.data: given for given in params.context.diagnostics}
    actions: list[types.CodeAction | None] = []
    for found, _ in editor.at(uri, params.range):
        told = known.get(found.fingerprint) or lsp.diagnostic(found, editor.rows, editor.units, _uri)
        fixed = editor.mended(uri, found.fingerprint)
        actions.append(lsp.mend(fixed, uri, editor.units, told) if fixed is not None else None)
        actions.append(lsp.silence(found, text, uri, editor.units, told))
    return [action for action in actions if action is not None]


def _warm(documents: Documents) -> None:
    """Loads what the first check would wait for: the parser and the catalog."""
    path = os.path.join(documents.folder, "untitled.py")
    documents.texts[path] = "file = open('x')\n"
    try:
        documents.check(path)
    except Exception:  # told when a document is opened
        documents.reread_settings()
    del documents.texts[path]


def serve() -> int:
    """Serves until the client says goodbye; the exit code."""
    make_server().start_io(sys.stdin.buffer, sys.stdout.buffer)
    return 0
