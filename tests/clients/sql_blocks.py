"""Runs blocks of SQL as DuckDB's shell would, for the examples of docs/tables.md.

usage: sql_blocks.py FILE MARK      FILE has blocks, each ended by the line MARK; so has what is printed.
EIDER_ATTACH is the file that `.read` reads, EIDER_EXTENSIONS and EIDER_EXTENSION_DIR what is loaded first.
"""

import os
import sys
from pathlib import Path

import duckdb

file, mark = sys.argv[1:]
connection = duckdb.connect()
for extension in os.environ["EIDER_EXTENSIONS"].split(","):
    connection.execute(f"LOAD '{os.environ['EIDER_EXTENSION_DIR']}/{extension}.duckdb_extension'")

for block in Path(file).read_text().split(f"{mark}\n"):
    lines = block.splitlines()
    if any(line.startswith(".read ") for line in lines):
        connection.execute(Path(os.environ["EIDER_ATTACH"]).read_text())
    sql = "\n".join(line for line in lines if not line.startswith(".read "))
    for statement in connection.extract_statements(sql):
        relation = connection.sql(statement)
        if relation is not None:
            print(relation)
    print(mark)
