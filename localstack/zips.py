"""Zips of the functions for the local AWS, kept by content in .cache/zips.

The local AWS does not unpack layers, so what is in the layer goes into the zip: compressed once,
then copied, with the bootstrap appended.
"""

import hashlib
import os
import shutil
import time
import zipfile

from common import CACHE

KEPT = CACHE / "zips"


def digest(files, seed=""):
    """Over the names and contents of the files."""
    whole = hashlib.sha256(seed.encode())
    for file in files:
        whole.update(file.name.encode())
        with open(file, "rb") as content:
            whole.update(hashlib.file_digest(content, "sha256").digest())
    return whole.hexdigest()[:32]


def kept(name, key, make):
    """The zip of that content, made whole or not at all."""
    KEPT.mkdir(parents=True, exist_ok=True)
    target = KEPT / f"{name}-{key}.zip"
    if not target.exists():
        part = target.with_suffix(f".{os.getpid()}")
        make(part)
        part.replace(target)
    target.touch()
    for other in KEPT.iterdir():  # of builds that no one used for a day
        if other.stat().st_mtime < time.time() - 86400:
            other.unlink(missing_ok=True)
    return target


def layer(staged):
    folder = staged / "duckdb"
    files = sorted(file for file in folder.rglob("*") if file.is_file())

    def make(part):
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for file in files:
                archive.write(file, file.relative_to(folder))

    return kept("duckdb", digest(files), make)


def function(staged, name, with_layer):
    """The zip of one function: its bootstrap, and all of the layer if it has one."""
    bootstrap = staged / name / "bootstrap"
    base = layer(staged) if with_layer else None

    def make(part):
        if base:
            shutil.copyfile(base, part)
        with zipfile.ZipFile(part, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(bootstrap, "bootstrap")

    return kept(name, digest([bootstrap], base.name if base else ""), make)
