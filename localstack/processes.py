"""Processes of the local AWS: each a group of its own, with a log and a pid file in one folder."""

import contextlib
import os
import signal
import subprocess

from common import Problem, wait_until


def started_at(pid):
    """When the process began, or nothing; a pid may meanwhile be another program's."""
    listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()


def start(folder, name, command, env, cwd=None):
    with open(folder / f"{name}.log", "ab") as log:
        process = subprocess.Popen([str(part) for part in command], env=env, cwd=cwd or folder, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, start_new_session=True)
    (folder / f"{name}.pid").write_text(f"{process.pid}\n{started_at(process.pid)}\n")


def wait(folder, name, ready):
    """Waits until it is ready; says where to read if it ended instead, or takes a minute."""
    pid = int((folder / f"{name}.pid").read_text().split()[0])

    def ready_or_ended():
        if not living({pid}):
            raise Problem(f"{name} ended at once: read {folder}/{name}.log")
        return ready()

    wait_until(ready_or_ended, 60, f"{name} did not answer within a minute: read {folder}/{name}.log")


def living(groups):
    """Those of the groups that have a member that is more than a zombie."""
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True)
    members = [line.split() for line in listed.stdout.splitlines()]
    return {int(group) for group, state in members if int(group) in groups and not state.startswith("Z")}


def stop(folder):
    """All of the folder's, together: politely, then not."""
    files = sorted(folder.glob("*.pid")) if folder.exists() else []
    started = [file.read_text().splitlines() for file in files]
    # Without a leader a group may still have members; another leader means that it is another's.
    groups = {int(pid) for pid, began in started if started_at(pid) in ("", began)}
    for number in (signal.SIGTERM, signal.SIGKILL):
        for group in living(groups):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, number)
        with contextlib.suppress(Problem):
            wait_until(lambda: not living(groups), 3, "harder, then")
            break
    for file in files:
        file.unlink()
