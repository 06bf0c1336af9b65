"""Processes of the local AWS: each a group of its own, with a log and a pid file in one folder."""

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
        if not group_runs(pid):
            raise Problem(f"{name} ended at once: read {folder}/{name}.log")
        return ready()

    wait_until(ready_or_ended, 60, f"{name} did not answer within a minute: read {folder}/{name}.log")


def group_runs(pid):
    try:
        os.waitpid(pid, os.WNOHANG)  # if it is a child of this very process, it would stay a zombie
    except ChildProcessError:
        pass
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return False
    return True


def end(pid):
    """The whole group: politely, then not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
            wait_until(lambda: not group_runs(pid), 3, "")
            return
        except ProcessLookupError:
            return
        except Problem:  # still there: harder
            continue


def stop(folder):
    for file in sorted(folder.glob("*.pid")) if folder.exists() else []:
        pid, began = file.read_text().splitlines()
        if started_at(pid) in ("", began):  # without a leader the group may still have members
            end(int(pid))
        file.unlink()
