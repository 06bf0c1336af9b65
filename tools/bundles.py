"""The folders under target/lambda that template.yaml packs: one for each function, one for the layer."""

import filecmp
import os
import re
import shutil

from common import CACHE, ROOT, Problem

STAGED = ROOT / "target/lambda"
FUNCTIONS = ("events", "jobs", "rows", "system", "tables", "worker")
WITH_DUCKDB = ("rows", "tables")
# What the engine loads against PostgreSQL and S3. icu, json and parquet are linked into libduckdb.
EXTENSIONS = ("ducklake", "httpfs", "postgres_scanner")
UNPACKED_LIMIT = 250 * 2**20  # of a function with its layers
AMAZON_LINUX_2023_GLIBC = (2, 34)


def place(source, target):
    """A copy at target, by hard link where that can be; untouched if it is there already."""
    if not source.exists():
        raise Problem(f"{source} is missing: ./dev fetch duckdb, and cargo build --release")
    if target.exists() and (target.samefile(source) or filecmp.cmp(source, target)):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def stage(binaries, folder=STAGED):
    """The folders as template.yaml names them, below another one if need be."""
    for function in FUNCTIONS:
        binary = binaries / function  # of cargo; cargo lambda makes folders
        place(binary / "bootstrap" if binary.is_dir() else binary, folder / function / "bootstrap")
    place(CACHE / "duckdb/lib/libduckdb.so", folder / "duckdb/lib/libduckdb.so")
    for name in EXTENSIONS:
        file = f"{name}.duckdb_extension"
        place(CACHE / "duckdb/extensions" / file, folder / "duckdb/extensions" / file)


def size(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def newest_glibc(binary):
    """The highest version of glibc that the binary names."""
    found = re.findall(rb"GLIBC_(\d+)\.(\d+)", binary.read_bytes())
    return max(((int(major), int(minor)) for major, minor in found), default=(0, 0))
