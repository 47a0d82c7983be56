"""Every link between our pages leads to a page, and every page can be reached from the README."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def targets(page: Path) -> list[Path]:
    found = LINK.findall(page.read_text("utf-8"))
    return [(page.parent / link).resolve() for link in found if not link.startswith(("http:", "https:", "mailto:"))]


def test_links_lead_somewhere() -> None:
    broken = [f"{page.relative_to(ROOT)}: {t}" for page in pages() for t in targets(page) if not t.exists()]
    assert not broken, "\n".join(broken)


def test_every_page_can_be_reached() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            waiting += targets(page)
    assert not [str(page.relative_to(ROOT)) for page in pages() if page not in seen]
