"""DuckDB itself on the lake of a server.

EIDER_ATTACH is a file of SQL that attaches the lake as `lake`.
"""

import os
from pathlib import Path

import duckdb


def attached():
    connection = duckdb.connect()
    for extension in os.environ["EIDER_EXTENSIONS"].split(","):
        path = Path(os.environ["EIDER_EXTENSION_DIR"]) / f"{extension}.duckdb_extension"
        connection.execute(f"LOAD '{path}'")
    connection.execute(Path(os.environ["EIDER_ATTACH"]).read_text())
    return connection
