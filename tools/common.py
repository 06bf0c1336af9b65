"""What the tools share: how they speak and fail, where things are, free ports, waiting."""

import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"


class Problem(Exception):
    """What a person has to mend, in one sentence that says how."""


def say(text):
    """Tells the person at the terminal; stdout is for data."""
    print(text, file=sys.stderr, flush=True)


def main(command):
    """Runs a tool: a Problem and an interruption end it with a line, not a traceback."""
    try:
        sys.exit(command(sys.argv[1:]))
    except Problem as problem:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {problem}")
    except OSError as error:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def run(command, **options):
    """Runs a command; if it fails, its last line becomes the Problem."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()
        raise Problem(f"{command[0]} failed: {lines[-1]}")
    return done.stdout


def free_port():
    """A free loopback port below those that systems give to outgoing connections.

    A server that is stopped for a while must find its port free when it starts again.
    """
    for port in random.sample(range(20000, 30000), 200):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Problem("no free port between 20000 and 30000: stop some servers")


def wait_until(ready, seconds, otherwise):
    """Waits until ready() holds; after that many seconds it is the given Problem."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise Problem(otherwise)
        time.sleep(0.05)
