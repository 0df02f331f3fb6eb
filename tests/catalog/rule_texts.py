"""Builds rule sources and catalogs from TOML texts."""

from leaklint.catalog.build import build_catalog
from leaklint.catalog.catalog import Catalog
from leaklint.catalog.load import RuleSource, parse_rules

DRIVER = """
schema = 1
[library]
name = "driver"
modules = ["driver"]
[aliases]
"driver.core" = "driver.impl"
"driver.impl.Connection" = "driver.Connection"
"driver.open" = "driver.connect"
[[kind]]
id = "connection"
what = "driver connection"
category = "connection"
types = ["driver.Connection"]
severity = "error"
release = ["close"]
with-exit = "commits"
raises = ["driver.core.Error"]
[[kind]]
id = "fast"
what = "fast driver connection"
category = "connection"
bases = ["connection"]
types = ["driver.FastConnection"]
with-exit = "unsupported"
[[kind]]
id = "faster"
what = "faster driver connection"
category = "connection"
bases = ["fast"]
[[kind]]
id = "cursor"
what = "driver cursor"
category = "cursor"
severity = "info"
release = ["close"]
parents = ["connection"]
[[kind]]
id = "named"
what = "named driver cursor"
category = "cursor"
bases = ["cursor"]
severity = "warning"
[[kind]]
id = "pool"
what = "driver pool"
category = "pool"
severity = "warning"
release = ["close"]
with-exit = "releases"
enter = "pool"
[[kind]]
id = "big-pool"
what = "big driver pool"
category = "pool"
bases = ["pool"]
[[kind]]
id = "slot"
what = "pooled driver connection"
category = "connection"
types = ["driver.Connection"]
bases = ["connection"]
release-by = ["@pool.put", "driver.core.give_back"]
wrong-release = ["close"]
[[acquire]]
call = ["driver.connect", "driver.dial"]
kind = "connection"
[[acquire]]
call = "@connection.cursor"
kind = "cursor"
[[acquire]]
call = "@connection.cursor"
kind = "named"
when = ["0|name=*"]
[[acquire]]
call = "@fast.cursor"
kind = "named"
[[acquire]]
call = "@pool.get"
kind = "slot"
[[call]]
call = "driver.make"
returns = "pool"
factory = "@pool.get"
raises = ["driver.core.Error"]
[[call]]
call = "driver.impl.same"
returns = "borrowed"
[[call]]
call = "*.info"
raises = false
[[call]]
call = "@connection.ping"
raises = false
[[not-acquire]]
call = ["driver.parse", "@faster.cursor"]
why = "reads a string"
[[use]]
shape = "slot"
kind = "slot"
pairs = [["get", "put"]]
[[hook]]
decorator = ["driver.core.task", "driver.job"]
resumes = true
[[hook]]
base = "driver.Model"
releases-methods = ["finish"]
[methods]
no-raise = ["info"]
pure = ["startswith"]
"""


def file_text(body: str, library: str = "mylib", head: str = "") -> str:
    """A rule file with that content; `head` holds keys of the top level."""
    return f'schema = 1\n{head}\n[library]\nname = "{library}"\n{body}'


def source(body: str, library: str = "mylib", filename: str = "my.toml") -> RuleSource:
    """A rule file with that content, read."""
    return parse_rules(file_text(body, library), filename)


def driver() -> Catalog:
    """The catalog of `DRIVER` alone."""
    return build_catalog([parse_rules(DRIVER, "driver.toml")])
