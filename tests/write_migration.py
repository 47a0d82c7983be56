"""Writes the next migration: `python tests/write_migration.py "What changes"`, after a change of `store/tables/`.

Read what it wrote: what Alembic cannot see (a renamed column, rows to be changed) is written by hand.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from reelwarden.store.database import Database
from reelwarden.store.migrations import FOLDER, config_of

LONG = 40


def write(message: str) -> Path:
    """The next step, from the newest migrated state to the tables of the program."""
    known = len(list(ScriptDirectory(str(FOLDER)).walk_revisions()))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        with database.begin() as connection:
            config = config_of(connection)
            config.attributes["batch"] = known > 0
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            if known:
                command.upgrade(config, "head")
            written = command.revision(config, message, autogenerate=True, rev_id=f"r{known + 1:04}")
        database.close()
    path = Path(written.path)  # type: ignore[union-attr]
    path.write_text(shorter(path.read_text("utf-8")), "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", path], check=True)
    return path


def shorter(text: str) -> str:
    """The same step without what goes without saying, and with a function a table where there are many."""
    text = re.sub(r"String\(length=(\d+)\)", r"String(\1)", text)
    text = re.sub(r"(?:batch_)?op\.f\(('\w+')\)", r"\1", text)
    text = re.sub(r"\n *# ###.*", "", text.replace(", nullable=True", "").replace(", unique=False", ""))
    (upgrade,) = [one for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)]
    if (upgrade.end_lineno or 0) - upgrade.lineno < LONG:
        return text
    head = "\n".join(text.splitlines()[: upgrade.lineno - 1])
    parts = _parts(text, upgrade.body[1:])
    calls = "".join(f"        _{name},\n" for name in parts)
    functions = "".join(f"\n\ndef _{name}() -> None:\n{chr(10).join(lines)}\n" for name, lines in parts.items())
    said = f'    """{ast.get_docstring(upgrade)}"""\n'
    return f"{head}\n\n\ndef upgrade() -> None:\n{said}    for step in (\n{calls}    ):\n        step()\n{functions}"


def _parts(text: str, body: list[ast.stmt]) -> dict[str, list[str]]:
    """The lines of the statements, a part a new table."""
    lines, parts, name = text.splitlines(), dict[str, list[str]](), "first"
    for statement in body:
        source = lines[statement.lineno - 1 : statement.end_lineno]
        if found := re.match(r"\s*op\.create_table\('(\w+)'", source[0]):
            name = found[1]
        parts.setdefault(name, []).extend(source)
    return parts


if __name__ == "__main__":
    print(write(sys.argv[1]))
