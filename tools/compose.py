"""The same servers as containers: compose.yaml, for people who have Docker."""

import hashlib
import os
import shutil
import subprocess

from common import ROOT, Problem, run


def check():
    """Says what is missing before anything is written."""
    if not shutil.which("docker"):
        raise Problem("there is no docker on PATH: install Docker, or leave out --docker")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0:
        raise Problem("this docker has no compose: install its Compose plugin, or leave out --docker")


def used(folder):
    """Whether the servers of this folder are containers."""
    return (folder / "compose.env").exists()


def compose(folder, *arguments):
    """A command on the folder's containers; all of compose.yaml, so that `down` finds the local AWS too."""
    project = "eider-" + hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return run(["docker", "compose", "--project-name", project, "--file", ROOT / "compose.yaml",
                "--env-file", folder / "compose.env", "--profile", "stack", *arguments],
               env={**os.environ, "MINISTACK_ENV": str(folder / "stack/ministack.env")})


def create(folder):
    compose(folder, "up", "--detach", "--wait", "postgres", "minio", "dynamodb")
    return "PostgreSQL, MinIO and DynamoDB Local of compose.yaml"


def act(verb, name, folder):
    compose(folder, verb, name)
    if verb == "start":
        compose(folder, "up", "--detach", "--wait", name)


def start_aws(folder, settings):
    (folder / "stack/ministack.env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    compose(folder, "up", "--detach", "--wait", "aws")


def stop_aws(folder):
    compose(folder, "rm", "--stop", "--force", "aws")


def down(folder):
    compose(folder, "down", "--volumes")
