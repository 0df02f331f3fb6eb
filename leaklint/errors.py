"""Unexpected exceptions, in words."""

import os
import traceback


def described(error: BaseException) -> str:
    """The exception on one line, with the place in our code where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
