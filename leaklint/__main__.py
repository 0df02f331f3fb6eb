"""`python -m leaklint` and the `leaklint` command."""

import gc
import os
import sys


def main() -> None:
    """Run the command line; the process exits with its code."""
    _forget_working_folder()
    gc.disable()  # the process ends soon; what checks many files collects between them
    from leaklint.cli.main import run

    code = run()
    gc.freeze()  # nothing is to be collected on the way out
    sys.exit(code)


def _forget_working_folder() -> None:
    """With `-m` Python imports from the working folder first, which holds the code to be checked: nothing of it is to run.

    A checkout of our own, from which `python -m leaklint` may well run, stays.
    """
    here = os.getcwd()
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if here == own:
        return
    if sys.path[:1] in ([""], [here]):
        del sys.path[0]
    if here != os.path.dirname(os.__file__):  # whoever checks the standard library still runs on it
        sys.path[:] = [folder for folder in sys.path if folder not in ("", here)]


if __name__ == "__main__":
    main()
