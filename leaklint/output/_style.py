"""Terminal colours."""

_CODES = {"bold": 1, "dim": 2, "red": 31, "yellow": 33, "blue": 34, "cyan": 36}


def styled(text: str, color: bool, *styles: str) -> str:
    """The text in these styles, or as it is without `color`."""
    if not color or not text:
        return text
    return f"\x1b[{';'.join(str(_CODES[style]) for style in styles)}m{text}\x1b[0m"


def severity_style(severity: str) -> tuple[str, ...]:
    """How a severity looks."""
    return {"error": ("bold", "red"), "warning": ("bold", "yellow")}.get(severity, ("bold", "cyan"))
