"""What LibCST must not be given: code so deep that its parser overflows the stack, or so tangled that it takes minutes.

LibCST's parser is native and recursive: nesting crashes the process, and no exception or time limit inside the process
stops it. It also copies what it has parsed so far at each step of a chain (`a.b().c()`, `1 + 1 + 1`), and once more for
each bracket around it, which makes long chains quadratic. Patterns of `case` are worse: each bracket multiplies the time.
Every limit was measured with LibCST 1.9 (the tests measure again): below it a parse takes less than two seconds. Nobody
writes such code; programs that generate code sometimes do.
"""

import re
from collections.abc import Iterator

from leaklint.syntax.lexer import NEWLINE, STRING, Line, logical_lines

MAX_BRACKETS = 200
"""Brackets inside each other; the parser crashes at some 600."""
MAX_PATTERN_BRACKETS = 8
"""Brackets inside each other in the pattern of a `case`; dictionaries take 0.2 s at 8, 3 s at 10."""
MAX_INDENTS = 99
"""Blocks inside each other; CPython and LibCST refuse more."""
MAX_ELIF = 1000
"""`elif` in a row; the parser crashes at 20,000, but code generated from the tree recurses in Python."""
MAX_LINKS = 500
"""Calls, attributes and subscripts in one chain; the parser crashes at some 8,000."""
MAX_OPERATORS = 2000
"""Operators in one expression; the parser crashes at some 10,000."""
MAX_STRINGS = 3000
"""String literals in a row; the parser refuses 4,000."""
MAX_COST = 9_000_000
"""Estimated steps for chains: some 0.1 microseconds each."""

_SHORT = 300  # characters: a logical line that is no longer can't reach a limit, if it is no pattern
_OPERATOR_WORDS = frozenset({"not", "and", "or", "in", "is", "lambda", "else", "await", "yield"})
_STATEMENT_WORDS = frozenset({"if", "return", "assert", "del", "raise", "for", "while", "with", "async", "from"})
_WORDS = _OPERATOR_WORDS | _STATEMENT_WORDS
_CASE = re.compile(r"\s*case\b")
_CASE_IN_LINE = re.compile(r"[ \t\f]*+case\b")
"""Asked at every line ending, so that blank lines must not be passed over each time."""
_CODE = re.compile(
    rf"(?P<format>(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])(?:\"\"\"|'''|[\"']))|(?P<string>\w{{0,2}}(?:{STRING}))"
    rf"|(?P<word>\d[\w.]*|\w+)|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<dot>\.)|(?P<comma>[,;]|=(?!=)|:=)"
    rf"|(?P<colon>:)|(?P<operator>\*\*|//|<<|>>|[-+*/%@&|^~<>=!]=?)|(?P<newline>{NEWLINE})|#[^\r\n]*|\\{NEWLINE}|\s|.",
    re.DOTALL,
)
_TEXT = re.compile(r"""(?>(?:[^{}\\"']++|\\[^{}]|\{\{|\}\})*)(\"""|'''|["']|[{}\\]|\Z)""", re.DOTALL)
_SPECIFICATION = re.compile(r"[^{}]*([{}]|\Z)")


def measure(text: str) -> str | None:
    """Why that code must not be parsed ("too-deep: ..."), or None. `text` is a file or a region of one."""
    if len(text) < _SHORT and "case" not in text:
        return None
    lines = logical_lines(text).lines
    return _blocks(text, lines) or next(filter(None, (_Walk(text, *span).reason() for span in _spans(text, lines))), None)


def _blocks(text: str, lines: list[Line]) -> str | None:
    if text.count("elif") > MAX_ELIF and _longest_elif(text, lines) > MAX_ELIF:
        return f"too-deep: more than {MAX_ELIF} elif in a row"
    if any(line.width >= MAX_INDENTS for line in lines) and _deepest(lines) > MAX_INDENTS:
        return f"too-deep: more than {MAX_INDENTS} blocks inside each other"
    return None


def _longest_elif(text: str, lines: list[Line]) -> int:
    runs: dict[int, int] = {}
    longest = 0
    for line in lines:
        goes_on = text.startswith("elif", line.first)
        runs[line.width] = runs.get(line.width, 0) + 1 if goes_on else 0
        longest = max(longest, runs[line.width])
    return longest if lines else text.count("elif")  # lines in doubt: the most there can be


def _deepest(lines: list[Line]) -> int:
    widths = [0]
    deepest = 0
    for line in lines:
        while line.width < widths[-1]:
            widths.pop()
        if line.width > widths[-1]:
            widths.append(line.width)
        deepest = max(deepest, len(widths) - 1)
    return deepest


def _spans(text: str, lines: list[Line]) -> Iterator[tuple[int, int]]:
    """The logical lines that may reach a limit; everything, if the lines are in doubt."""
    if not lines:
        yield 0, len(text)
    for index, line in enumerate(lines):
        end = lines[index + 1].start if index + 1 < len(lines) else len(text)
        if end - line.first >= _SHORT or _CASE.match(text, line.first):
            yield line.first, end


class _Frame:
    """An open bracket, and the expression in it so far.

    kind: "(" any bracket (or none: the line itself), "field" of a format string, "text" of one, "specification" of a
    field; operators and links since `expression` and `chain`, which are token counts; strings: in a row; lambdas: those
    whose parameters are not over; operand: the last token ends a value, so that a bracket after it is a link.
    """

    __slots__ = ("chain", "expression", "kind", "lambdas", "links", "operand", "operators", "quote", "strings")

    def __init__(self, kind: str, tokens: int, quote: str = "") -> None:
        self.kind, self.quote = kind, quote
        self.expression = self.chain = tokens
        self.operators = self.links = self.lambdas = self.strings = 0
        self.operand = False


class _Walk:
    """One pass over the tokens of a logical line (or of a file whose lines are in doubt)."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.at, self.end = text, start, end
        self.tokens = self.cost = 0
        self.frames = [_Frame("(", 0)]
        self.is_pattern = bool(_CASE.match(text, start, end))
        self.found: str | None = None

    def reason(self) -> str | None:
        """The first limit that is passed."""
        while self.at < self.end and not self.found:
            kind = self.frames[-1].kind
            if kind == "text":
                self._format_text()
            elif kind == "specification":
                self._specification()
            else:
                self._code()
        while len(self.frames) > 1 and not self.found:
            self._pop()
        self._end_expression()
        return self.found

    def _refuse(self, reason: str) -> None:
        self.found = self.found or f"too-deep: {reason}"

    def _push(self, kind: str, quote: str = "") -> None:
        self.frames.append(_Frame(kind, self.tokens, quote))
        depth = len(self.frames) - 1
        if depth > MAX_BRACKETS:
            self._refuse(f"more than {MAX_BRACKETS} brackets inside each other")
        elif self.is_pattern and depth > MAX_PATTERN_BRACKETS:
            self._refuse(f"more than {MAX_PATTERN_BRACKETS} brackets inside each other in a pattern")

    def _pop(self) -> None:
        """Close a bracket; one too many closes nothing."""
        self._end_expression()
        if len(self.frames) > 1:
            self.frames.pop()

    def _end_chain(self) -> None:
        frame = self.frames[-1]
        self._pay(frame.links * (self.tokens - frame.chain))
        frame.links = frame.strings = 0
        frame.operand = False

    def _end_expression(self) -> None:
        self._end_chain()
        frame = self.frames[-1]
        self._pay(frame.operators * (self.tokens - frame.expression))
        frame.expression, frame.operators = self.tokens, 0

    def _pay(self, steps: int) -> None:
        """Every bracket around a chain makes the parser copy it some more."""
        self.cost += steps * (11 + len(self.frames)) // 12
        if self.cost > MAX_COST:
            self._refuse("an expression of too many parts")

    def _format_text(self) -> None:
        """Go to the next field or the end of a format string; a field may hold its quotes (PEP 701)."""
        frame = self.frames[-1]
        stop = _TEXT.match(self.text, self.at, self.end)
        assert stop is not None  # the pattern matches at the end of the text
        self.at = stop.end()
        if stop[1] == "{":
            self._push("field")
        elif stop[1].startswith(frame.quote):
            self.at = stop.start(1) + len(frame.quote)
            self._pop()

    def _specification(self) -> None:
        """Go to the end of a format specification, or to a field in it."""
        stop = _SPECIFICATION.match(self.text, self.at, self.end)
        assert stop is not None  # the pattern matches at the end of the text
        self.at = stop.end()
        if stop[1] == "{":
            self._push("field")
        elif stop[1] == "}":
            self._pop()
            self._pop()

    def _code(self) -> None:
        token = _CODE.match(self.text, self.at, self.end)
        assert token is not None  # the last alternative takes any character
        self.at = token.end()
        if token.lastgroup is None:
            return
        self.tokens += 1
        match token.lastgroup:
            case "word" if token[0] in _WORDS:
                self._keyword(token[0])
            case "word" | "string" | "format":
                self._operand(token.lastgroup)
            case "open":
                self._link()
                self._push("(")
            case "close":
                self._pop()
                self.frames[-1].operand = True
            case "dot":
                self._link()
            case "operator":
                self._operator()
            case other:
                self._separator(other, token[0])
        if token.lastgroup == "format":
            self._push("text", token[0].lstrip("fFtTrR"))

    def _keyword(self, word: str) -> None:
        self._end_chain()
        if word in _OPERATOR_WORDS:
            self._operator()
        if word == "lambda":
            self.frames[-1].lambdas += 1
        if word == "if" and len(self.frames) == 1:
            self.is_pattern = False

    def _operand(self, kind: str) -> None:
        """A name, number or string: it begins a chain unless a dot stands before it."""
        frame = self.frames[-1]
        if not frame.operand:
            frame.chain = self.tokens
        frame.operand = True
        frame.strings = frame.strings + 1 if kind != "word" else 0
        if frame.strings > MAX_STRINGS:
            self._refuse(f"more than {MAX_STRINGS} strings in a row")

    def _link(self) -> None:
        """A dot or an opening bracket: a link of the chain if a value stands before it, else the beginning of one."""
        frame = self.frames[-1]
        if not frame.operand:
            frame.chain = self.tokens
            return
        frame.links += 1
        frame.strings = 0
        if frame.links > MAX_LINKS:
            self._refuse(f"more than {MAX_LINKS} calls, attributes or subscripts in a chain")

    def _operator(self) -> None:
        self._end_chain()
        frame = self.frames[-1]
        frame.operators += 1
        if frame.operators > MAX_OPERATORS:
            self._refuse(f"more than {MAX_OPERATORS} operators in an expression")

    def _separator(self, kind: str, token: str) -> None:
        """A comma or `=` ends an expression except among the parameters of a lambda; a colon need not (a lambda's)."""
        frame = self.frames[-1]
        if kind == "newline":
            self._line_ending()
        elif frame.lambdas:
            frame.lambdas -= kind == "colon"
        elif kind == "comma":
            self._end_expression()
        elif frame.kind == "field":
            self._push("specification")
        else:
            self._end_chain()
            self.is_pattern = self.is_pattern and len(self.frames) > 1

    def _line_ending(self) -> None:
        if len(self.frames) == 1:
            self._end_expression()
            self.cost = 0
            self.is_pattern = bool(_CASE_IN_LINE.match(self.text, self.at, self.end))
