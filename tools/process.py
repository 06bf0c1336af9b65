"""A server that is one process of ours: its data, log and pid are in one folder."""

import os
import signal
import subprocess

from common import Problem, wait_until


def start(name, folder, command, environment, answers):
    """Starts it, and waits until it answers."""
    with open(folder / "log", "ab") as log:
        server = subprocess.Popen(command, env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    (folder / "pid").write_text(str(server.pid))

    def ready():
        if server.poll() is not None:
            raise Problem(f"{name} ended at once: read {folder / 'log'}")
        return answers()

    wait_until(ready, 60, f"{name} did not answer within 60 s: read {folder / 'log'}")


def running(folder):
    """The pid if the server runs; the pid may meanwhile be another program's."""
    try:
        pid = int((folder / "pid").read_text())
        command = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)],
                                 capture_output=True, text=True, check=False)
        return pid if str(folder / "data") in command.stdout else None
    except (FileNotFoundError, ValueError):
        return None


def stop(name, folder, mode):
    """`immediate` is kill -9."""
    if pid := running(folder):
        os.kill(pid, signal.SIGKILL if mode == "immediate" else signal.SIGTERM)
        wait_until(lambda: not running(folder), 30, f"{name} does not stop: kill -9 {pid}")
