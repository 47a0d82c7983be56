"""docs/reference/api.md has every route of the OpenAPI, in its own words, and every code of an error."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from reelwarden.api import native
from reelwarden.api.native.errors import STATUS

pytestmark = pytest.mark.slow
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return native.build().openapi()


def test_the_table_has_every_route(document: dict[str, Any]) -> None:
    table = PAGE.split("<!-- routes -->")[1].split("<!-- end of routes -->")[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in table.splitlines() if "`/" in line]
    written = {(verb.strip("| "), route.strip("`")): says.rstrip("| ") for verb, route, _, says in rows}
    routes = {
        (verb.upper(), path): first_sentence(about["description"])
        for path, verbs in document["paths"].items()
        for verb, about in verbs.items()
    }
    assert written == routes


def first_sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split()).split(". ")[0].rstrip(".")


def test_every_code_is_named() -> None:
    for code, status in STATUS.items():
        assert re.search(rf"\| {status} \|.*`{code}`|\| 422 \|.*`{code}`", PAGE), code


def test_what_is_sent_is_described(document: dict[str, Any]) -> None:
    """Whoever writes a body finds its fields and an example."""
    for path, verbs in document["paths"].items():
        for verb, about in verbs.items():
            for kind, body in about.get("requestBody", {}).get("content", {}).items():
                if kind == "application/json" and path != "/account/settings":
                    assert has_example(document, body), f"{verb} {path}"
    form = document["paths"]["/submissions"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "upload", "url", "stream", "labels", "callback", "keep"} <= set(form["properties"])
    assert document["components"]["securitySchemes"]


def has_example(document: dict[str, Any], body: dict[str, Any]) -> bool:
    if "example" in body or "examples" in body:
        return True
    name = body["schema"].get("$ref", "").rpartition("/")[2]
    return "example" in document["components"]["schemas"].get(name, {})
