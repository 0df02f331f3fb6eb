"""Runs the command line under an audit hook that refuses what an analysis has no business to do; workers have it, too.

`python guard.py MARK FOLDER ARGUMENTS...`: code that carries MARK must not run, nothing outside FOLDER may be written. What was
refused is told on stderr, after `REFUSED`.
"""

import os
import sys
import types


def install(mark: str, allowed: tuple[str, ...], tell: int) -> None:
    """The hook. What is refused is written to the file descriptor `tell` and ends the process: nobody can catch that."""

    def refuse(what: str) -> None:
        os.write(tell, f"REFUSED {what}\n".encode(errors="backslashreplace"))
        os._exit(77)

    def marked(code: types.CodeType) -> bool:
        return mark in code.co_consts or any(isinstance(c, str) and mark in c for c in code.co_consts)

    def hook(event: str, values: tuple[object, ...]) -> None:
        first = values[0] if values else None
        if event == "exec" and isinstance(first, types.CodeType) and marked(first):
            refuse(f"exec of {first.co_filename}")
        elif event.startswith(("socket.", "pickle.", "ctypes.", "urllib.", "ftplib.", "smtplib.", "webbrowser.", "os.exec")):
            if event != "socket.gethostname":
                refuse(event)
        elif event in ("os.system", "os.fork", "os.forkpty", "pty.spawn", "os.startfile"):
            refuse(event)
        elif event == "os.posix_spawn" and first != sys.executable:
            refuse(f"{event} {first!r}")
        elif event == "subprocess.Popen" and not _ours(values):
            refuse(f"subprocess {values[1]!r}")
        elif event == "open":
            _check_open(values, allowed, refuse)

    sys.addaudithook(hook)


def _ours(values: tuple[object, ...]) -> bool:
    arguments = values[1]
    if not isinstance(arguments, list):
        return False
    return arguments[0] == "git" or (arguments[0] == sys.executable and arguments[1] == "-P")


def _check_open(values: tuple[object, ...], allowed: tuple[str, ...], refuse: "object") -> None:
    path, mode, flags = values[0], values[1], values[2]
    if not isinstance(path, str | bytes) or not isinstance(flags, int):
        return
    writes = (isinstance(mode, str) and any(c in mode for c in "wax+")) or bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    where = os.path.abspath(os.fsdecode(path))
    if writes and where != os.devnull and not where.startswith(allowed):
        refuse(f"writing {where}")  # type: ignore[operator]


def main() -> None:
    """Runs the command line guarded."""
    mark, allowed, *arguments = sys.argv[1:]
    folders = tuple(allowed.split(os.pathsep))
    sys.path.pop(0)
    here = os.path.abspath(__file__)
    from leaklint import workers

    # A worker is a new interpreter: it installs the hook before anything else.
    own = f"import sys, os; m = {{'__name__': 'guard'}}; exec(open({here!r}).read(), m); "
    own += f"m['install']({mark!r}, {folders!r}, int(os.environ['GUARD_TELL'])); "
    workers._START = own + workers._START
    os.environ["GUARD_TELL"] = str(os.dup(2))  # leaklint: ignore[RLK104] for the children, which write there
    os.set_inheritable(int(os.environ["GUARD_TELL"]), True)
    install(mark, folders, int(os.environ["GUARD_TELL"]))
    from leaklint.cli.main import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
