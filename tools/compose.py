"""The same servers as containers: compose.yaml, for people who have Docker."""

import hashlib
import shutil
import subprocess

from common import ROOT, Problem, run


def check():
    """Says what is missing before anything is written."""
    if not shutil.which("docker"):
        raise Problem("there is no docker on PATH: install Docker, or leave out --docker")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0:
        raise Problem("this docker has no compose: install its Compose plugin, or leave out --docker")


def compose(folder, *arguments):
    project = "eider-" + hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return run(["docker", "compose", "--project-name", project, "--file", ROOT / "compose.yaml",
                "--env-file", folder / "compose.env", *arguments])


def create(folder):
    compose(folder, "up", "--detach", "--wait")
    return "PostgreSQL and MinIO of compose.yaml"


def act(verb, name, folder):
    compose(folder, verb, name)
    if verb == "start":
        compose(folder, "up", "--detach", "--wait")


def down(folder):
    compose(folder, "down", "--volumes")
