"""What a server still knows: every row of every table, the job engine's too, and every file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from reelwarden.store.database import Database


def rows_of(database: Database) -> Iterator[tuple[str, str]]:
    """(table, the row as one text)."""
    with database.read() as connection:
        for table in sa.inspect(connection).get_table_names():
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                yield table, " ".join(map(str, row))


def files_with(folder: Path, *marks: str) -> list[str]:
    """Files whose path or bytes hold one of the marks, the database's own files among them."""
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.read_bytes() if path.is_file() else b""
        if any(mark in path.as_posix() or mark.encode() in inside for mark in marks):
            found.append(str(path))
    return found
