"""Where a project ends: what lies outside it is neither read nor written on behalf of what lies inside."""

import os


def project_folder(folder: str) -> str:
    """The nearest folder from `folder` up that holds a git repository, `folder` itself if there is none."""
    above = folder
    while not os.path.exists(os.path.join(above, ".git")):
        if os.path.dirname(above) == above:
            return folder
        above = os.path.dirname(above)
    return above


def lies_in(path: str, folder: str) -> bool:
    """Whether a path leads to something in a folder, links resolved; both absolute."""
    real = os.path.realpath(folder)
    return os.path.commonpath([real, os.path.realpath(path)]) == real
