"""Settings: `[tool.leaklint]` in pyproject.toml or leaklint.toml, the nearest above each source file, and the command line."""

from leaklint.settings.layers import Origin, Settings, Walk
from leaklint.settings.load import SettingsError
from leaklint.settings.rules import catalog_for
from leaklint.settings.schema import Config
from leaklint.settings.tree import SettingsTree

__all__ = ["Config", "Origin", "Settings", "SettingsError", "SettingsTree", "Walk", "catalog_for"]
