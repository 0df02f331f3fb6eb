"""Build hook: puts the rule files and the compiled catalog into the wheel, as `leaklint/_rules/`.

An editable wheel gets neither: it finds the rule files of its checkout.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface):
    """Compiles `rules/*.toml` when a standard wheel is built; a problem in a rule file fails the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles the catalog and announces the files to be included."""
        if self.target_name != "wheel" or version != "standard":
            return
        root = Path(self.root)
        rules = sorted((root / "rules").glob("*.toml"))
        compiled = Path(tempfile.mkdtemp()) / "catalog.msgpack"
        compiled.write_bytes(_compile(root, rules))
        included = {str(path): f"leaklint/_rules/{path.name}" for path in [*rules, compiled]}
        build_data["force_include"].update(included)
        self._compiled = compiled

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes the temporary file."""
        compiled = getattr(self, "_compiled", None)
        if compiled is not None:
            compiled.unlink()
            compiled.parent.rmdir()


def _compile(root: Path, rules: list[Path]) -> bytes:
    sys.path.insert(0, str(root))
    try:
        from leaklint.catalog.compile import compile_rules

        return compile_rules(rules)
    finally:
        sys.path.remove(str(root))
