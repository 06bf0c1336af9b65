"""Leaves a row of a STRUCT in the catalog, as no Eider does: EIDER_TABLE has an `id` and `s`, a STRUCT of a DATE."""

import os

from lake import attached

connection = attached()
connection.execute("SET ducklake_default_data_inlining_row_limit = 10")
connection.execute(f"INSERT INTO lake.{os.environ['EIDER_TABLE']} VALUES (7, {{'day': DATE '2024-02-29'}})")
