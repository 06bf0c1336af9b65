"""A MinIO server of our own: its data and log under one folder, on one loopback port."""

import shutil
import urllib.error
import urllib.request

import process
from common import CACHE, Problem, run
from process import running


def check():
    """Says what is missing before anything is started."""
    binary()


def binary():
    built = CACHE / "tools/minio/minio"
    found = built if built.exists() else shutil.which("minio")
    if not found:
        raise Problem("there is no MinIO yet: run ./dev fetch minio, or use ./dev services up --docker")
    return found


def version():
    built = run([binary(), "--version"]).split()[2]
    return "MinIO " + ("of 2026-02-12" if built == "DEVELOPMENT.GOGET" else built)


def create(folder, env):
    (folder / "data").mkdir(parents=True)
    start(folder, env)


def start(folder, env):
    """Starts the server, and waits until it answers."""
    address = env["STORAGE_MINIO_ENDPOINT"]
    environment = {
        "MINIO_ROOT_USER": env["STORAGE_MINIO_ACCESS_KEY"],
        "MINIO_ROOT_PASSWORD": env["STORAGE_MINIO_SECRET_KEY"],
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    command = [binary(), "server", "--quiet", "--address", address, folder / "data"]
    process.start("MinIO", folder, command, environment, lambda: healthy(address))


def healthy(address):
    try:
        with urllib.request.urlopen(f"http://{address}/minio/health/cluster", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def stop(folder, mode):
    """`immediate` is kill -9."""
    process.stop("MinIO", folder, mode)
