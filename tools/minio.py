"""A MinIO server of our own: its data and log under one folder, on one loopback port."""

import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request

from common import CACHE, Problem, run, wait_until


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
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "MINIO_ROOT_USER": env["STORAGE_MINIO_ACCESS_KEY"],
        "MINIO_ROOT_PASSWORD": env["STORAGE_MINIO_SECRET_KEY"],
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    with open(folder / "log", "ab") as log:
        server = subprocess.Popen([binary(), "server", "--quiet", "--address", address, folder / "data"],
                                  env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
                                  start_new_session=True)
    (folder / "pid").write_text(str(server.pid))

    def ready():
        if server.poll() is not None:
            raise Problem(f"MinIO ended at once: read {folder / 'log'}")
        return healthy(address)

    wait_until(ready, 30, f"MinIO did not answer within 30 s: read {folder / 'log'}")


def healthy(address):
    try:
        with urllib.request.urlopen(f"http://{address}/minio/health/cluster", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def running(folder):
    """The pid if the server runs; the pid may meanwhile be another program's."""
    try:
        pid = int((folder / "pid").read_text())
        command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return pid if str(folder / "data") in command.stdout else None
    except (FileNotFoundError, ValueError):
        return None


def stop(folder, mode):
    """`immediate` is kill -9."""
    if pid := running(folder):
        os.kill(pid, signal.SIGKILL if mode == "immediate" else signal.SIGTERM)
        wait_until(lambda: not running(folder), 30, f"MinIO does not stop: kill -9 {pid}")
