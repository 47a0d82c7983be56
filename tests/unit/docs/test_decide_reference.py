"""The reference of labels and policies says what the program does. Run this file to write labels.md again."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from reelwarden import taxonomy
from reelwarden.decide import policy
from reelwarden.decide.rules import Rule

DOCS = Path(__file__).resolve().parents[3] / "docs"
LABELS = DOCS / "reference" / "labels.md"
HEAD = """# Labels

One tree for all detectors, dialects and policies. Asking for a family (`weapon`) asks for all under it.
What the built-in [policy](policy.md) makes of each stands behind it; a label with nothing there informs.
Which of them can be told on your machine: `reelwarden labels`. Those that cannot are *unavailable*, never scored.

Generated from `taxonomy.toml` and `default_policy.toml` by `tests/unit/docs/test_decide_reference.py`.
"""


def labels_page() -> str:
    lines, family, built_in = [HEAD], "", policy.load()
    for label, meaning in taxonomy.descriptions().items():
        if label.partition(".")[0] != family:
            family = label.partition(".")[0]
            lines.append(f"## {family}\n\n| label | means | built-in policy |\n|---|---|---|")
        lines.append(f"| `{label}` | {meaning} | {_leads(built_in.rule(label))} |")
    return re.sub(r"\n(## )", r"\n\n\1", "\n".join(lines)).replace("\n\n\n", "\n\n") + "\n"


def _leads(rule: Rule) -> str:
    said = [f"{name} from {score:g}" for name, score in (("review", rule.review), ("reject", rule.reject)) if score]
    if said and rule.looks > 1:
        said.append(f"{rule.looks} looks" + (f", or one of {rule.lone:g}" if rule.lone else ""))
    return "; ".join(said)


def test_the_page_of_labels_is_that_of_the_taxonomy() -> None:
    assert LABELS.read_text("utf-8") == labels_page(), f"run: python {Path(__file__).name}"


@pytest.mark.parametrize("key", [f.name for f in fields(Rule)])
def test_the_reference_has_every_key_with_its_default(key: str) -> None:
    text = (DOCS / "reference" / "policy.md").read_text("utf-8")
    row = re.search(rf"^\| `{key}` \|[^|]*\|([^|]*)\|", text, re.MULTILINE)
    assert row, key
    default = getattr(Rule(), key)
    assert row[1].strip().strip('`"') == (
        "never" if default is None else f"{default:g}" if key != "unavailable" else default
    )


@pytest.mark.parametrize(
    "block", re.findall(r"```toml\n(.*?)```", (DOCS / "howto" / "policy.md").read_text("utf-8"), re.DOTALL)
)
def test_the_examples_of_the_how_to_are_policies(block: str) -> None:
    text = block if block.startswith("name") else f'name = "example"\n{block}'
    assert policy.parse(text, "howto").rules


if __name__ == "__main__":
    LABELS.write_text(labels_page(), "utf-8")
