"""A real language client (pygls) talks to `leaklint server` over stdin and stdout."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from tests.cli.conftest import CLEAN, LEAK
from tests.consumers.environment import Environment

pytestmark = [pytest.mark.consumers, pytest.mark.filterwarnings("ignore")]

LONG = "\n\n".join(
    f"""def load{n}(path):
    conn = sqlite3.connect(path)
    rows = []
    for row in conn.execute("select {n}"):
        if row[0] is None:
            continue
        rows.append(row)
    total = sum(row[0] for row in rows)
    if total > {n}:
        print(total)
    return rows, total
"""
    for n in range(72)
)


class Editor(LanguageClient):
    """The client, with the diagnostics that it was shown."""

    def __init__(self, folder: Path) -> None:
        super().__init__("test", "1")
        self.folder = folder
        self.shown: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.messages: list[str] = []
        self.version = 1
        self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.shown.put_nowait(params))
        self.feature(types.WINDOW_SHOW_MESSAGE)(lambda params: self.messages.append(params.message))

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    async def open(self, name: str, text: str) -> list[types.Diagnostic]:
        document = types.TextDocumentItem(self.uri(name), "python", self.version, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(document))
        return await self.diagnostics(name)

    async def type(self, name: str, text: str) -> list[types.Diagnostic]:
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri(name))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        return await self.diagnostics(name)

    async def diagnostics(self, name: str) -> list[types.Diagnostic]:
        """The next that are shown; they must be of that file and of its present text."""
        shown = await asyncio.wait_for(self.shown.get(), 20)
        assert (shown.uri, shown.version) == (self.uri(name), self.version)
        return list(shown.diagnostics)

    async def actions(self, name: str, found: types.Diagnostic) -> list[types.CodeAction]:
        document = types.TextDocumentIdentifier(self.uri(name))
        context = types.CodeActionContext([found])
        given = await self.text_document_code_action_async(types.CodeActionParams(document, found.range, context))
        return [action for action in given or () if isinstance(action, types.CodeAction)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Environment:
    return Environment(tmp_path_factory.mktemp("server"), f"{checkout}[lsp]")


Talk = Callable[[Editor], Awaitable[None]]


@pytest.fixture
def edit(installed: Environment, tmp_path: Path) -> Callable[[Talk], None]:
    """Runs a conversation with a server of its own, from initialize to exit."""

    async def conversation(talk: Talk) -> None:
        editor = Editor(tmp_path)
        await editor.start_io(str(installed.bin / "leaklint"), "server", cwd=str(tmp_path))
        params = types.InitializeParams(capabilities=types.ClientCapabilities(), root_uri=tmp_path.as_uri())
        await editor.initialize_async(params)
        editor.initialized(types.InitializedParams())
        await talk(editor)
        await editor.shutdown_async(None)
        editor.exit(None)
        await asyncio.wait_for(editor._server.wait(), 10)  # type: ignore[union-attr]
        await editor.stop()

    return lambda talk: asyncio.run(asyncio.wait_for(conversation(talk), 60))


def applied(text: str, edits: Sequence[types.TextEdit]) -> str:
    """The text with the edits, as an editor applies them (ASCII only)."""
    starts = [0, *(number + 1 for number, character in enumerate(text) if character == "\n")]

    def offset(place: types.Position) -> int:
        return starts[place.line] + place.character

    for change in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(change.range.start)] + change.new_text + text[offset(change.range.end) :]
    return text


def test_findings_while_typing(edit: Callable[[Talk], None]) -> None:
    async def talk(editor: Editor) -> None:
        [found] = await editor.open("a.py", LEAK)
        assert (found.code, found.source, found.severity) == ("RLK103", "leaklint", types.DiagnosticSeverity.Error)
        assert found.range == types.Range(types.Position(4, 11), types.Position(4, 32))
        related = found.related_information or []
        assert [step.location.range.start.line for step in related] == [4, 5, 5]
        assert {step.location.uri for step in related} == {editor.uri("a.py")}
        assert "acquired" in related[0].message
        assert await editor.type("a.py", CLEAN) == []
        assert len(await editor.type("a.py", LEAK)) == 1
        editor.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(editor.uri("a.py"))))
        assert (await asyncio.wait_for(editor.shown.get(), 20)).diagnostics == ()  # type: ignore[comparison-overlap]

    edit(talk)


def test_columns_are_counted_as_the_client_counts(edit: Callable[[Talk], None]) -> None:
    async def talk(editor: Editor) -> None:
        [found] = await editor.open("a.py", "def f():\n    '𝒳𝒳'; x = open('𝒳'); print(x)\n")
        assert found.range == types.Range(types.Position(1, 16), types.Position(1, 26))

    edit(talk)


def test_hover_shows_the_page(edit: Callable[[Talk], None]) -> None:
    async def talk(editor: Editor) -> None:
        await editor.open("a.py", LEAK)
        document = types.TextDocumentIdentifier(editor.uri("a.py"))
        hover = await editor.text_document_hover_async(types.HoverParams(document, types.Position(4, 20)))
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert "# not-released-on-exception (RLK103)" in hover.contents.value
        assert "1. `line 5: sqlite3 connection is acquired into 'conn'`" in hover.contents.value
        assert await editor.text_document_hover_async(types.HoverParams(document, types.Position(0, 0))) is None

    edit(talk)


def test_hover_shows_a_text_to_add(edit: Callable[[Talk], None]) -> None:
    async def talk(editor: Editor) -> None:
        await editor.open("a.py", "class A:\n    def __init__(self, p):\n        self.f = open(p)\n")
        document = types.TextDocumentIdentifier(editor.uri("a.py"))
        hover = await editor.text_document_hover_async(types.HoverParams(document, types.Position(2, 20)))
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert "    def close(self):\n        self.f.close()\n" in hover.contents.value

    edit(talk)


def test_an_action_silences(edit: Callable[[Talk], None]) -> None:
    async def talk(editor: Editor) -> None:
        [found] = await editor.open("a.py", LEAK)
        [action] = [given for given in await editor.actions("a.py", found) if given.title.startswith("Silence")]
        assert action.edit is not None
        changes = list((action.edit.changes or {})[editor.uri("a.py")])
        text = applied(LEAK, changes)
        assert "sqlite3.connect(path)  # leaklint: ignore[RLK103]\n" in text
        assert await editor.type("a.py", text) == []

    edit(talk)


def test_an_action_mends(edit: Callable[[Talk], None]) -> None:
    async def talk(editor: Editor) -> None:
        [found] = await editor.open("a.py", LEAK)
        mending, _ = await editor.actions("a.py", found)
        assert mending.edit is not None
        assert mending.is_preferred
        text = applied(LEAK, list((mending.edit.changes or {})[editor.uri("a.py")]))
        assert "with closing(sqlite3.connect(path)) as conn:\n        conn.execute" in text
        assert await editor.type("a.py", text) == []

    edit(talk)


def test_what_is_typed_in_another_file_counts(edit: Callable[[Talk], None]) -> None:
    async def talk(editor: Editor) -> None:
        (editor.folder / "store.py").write_text("def connect():\n    return None\n")
        user = "from store import connect\n\n\ndef load():\n    conn = connect()\n    return conn.execute('select 1')\n"
        assert await editor.open("user.py", user) == []
        await editor.open("store.py", "import sqlite3\n\n\ndef connect():\n    return sqlite3.connect('a')\n")
        assert [found.code for found in await editor.type("user.py", user + "\n")] == ["RLK101"]

    edit(talk)


def test_settings_are_read_again(edit: Callable[[Talk], None]) -> None:
    async def talk(editor: Editor) -> None:
        assert len(await editor.open("a.py", LEAK)) == 1
        (editor.folder / "leaklint.toml").write_text('ignore = ["RLK103"]\n')
        changed = types.FileEvent((editor.folder / "leaklint.toml").as_uri(), types.FileChangeType.Created)
        editor.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
        assert await editor.diagnostics("a.py") == []
        (editor.folder / "leaklint.toml").write_text("nonsense = 1\n")
        editor.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
        assert await editor.diagnostics("a.py") == []
        assert any("nonsense" in message for message in editor.messages)

    edit(talk)


def test_latency(edit: Callable[[Talk], None], record_property: Callable[[str, object], None]) -> None:
    """From the keystroke to the findings in the client, in a file of 1,000 lines with 72 leaks."""
    text = "import sqlite3\n\n\n" + LONG
    assert len(text.splitlines()) > 930
    times: list[float] = []

    async def talk(editor: Editor) -> None:
        await editor.open("a.py", text)
        for number in range(11):
            start = time.perf_counter()
            found = await editor.type("a.py", f"{text}# {number}\n")
            times.append((time.perf_counter() - start) * 1000)
            assert len(found) == 72

    edit(talk)
    record_property("p50_ms", round(statistics.median(times)))
    print(f"p50 {statistics.median(times):.0f} ms, max {max(times):.0f} ms")
    assert statistics.median(times) < 5000, times
