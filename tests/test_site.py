"""The documentation is complete, up to date, and its links lead somewhere."""

import re

import pytest
import yaml

from tests.site import DOCS, pages

MADE = pages()
ALL = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


@pytest.mark.parametrize("name", MADE)
def test_it_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == MADE[name], "run: make docs"


@pytest.mark.parametrize("name", ALL)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", (DOCS / name).read_text("utf-8"))
    assert [target for target in targets if not ((DOCS / name).parent / target).exists()] == []


def test_every_page_is_in_the_menu() -> None:
    config = yaml.safe_load((DOCS.parent / "mkdocs.yml").read_text("utf-8"))
    listed = re.findall(r"[\w/-]+\.md", str(config["nav"]))
    assert sorted(listed) == ALL
