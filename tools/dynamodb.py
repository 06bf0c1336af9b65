"""DynamoDB Local of our own: its data and log under one folder, on one loopback port."""

import shutil
import urllib.error
import urllib.request

import process
from common import CACHE, Problem
from process import running

NAME = "DynamoDB Local"
JARS = CACHE / "tools/dynamodb"


def check():
    """Says what is missing before anything is started."""
    if not (JARS / ".complete").exists():
        raise Problem(f"there is no {NAME} yet: run ./dev fetch dynamodb, or use ./dev services up --docker")
    if not shutil.which("java"):
        raise Problem(f"{NAME} needs Java 17 or newer: install it, or use ./dev services up --docker")


def version():
    (jar,) = JARS.glob("DynamoDBLocal-*.jar")
    return f"{NAME} {jar.stem.partition('-')[2]}"


def create(folder, env):
    (folder / "data").mkdir(parents=True)
    start(folder, env)


def start(folder, env):
    """Starts the server, and waits until it answers."""
    address = env["STATE_DYNAMODB_ENDPOINT"]
    command = ["java", "-Xmx512m", f"-Djava.library.path={JARS}", "-cp", f"{JARS}/*",
               "com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-disableTelemetry",
               "-port", address.rpartition(":")[2], "-sharedDb", "-dbPath", str(folder / "data")]
    process.start(NAME, folder, command, {}, lambda: answers(address))


def answers(address):
    try:
        urllib.request.urlopen(f"http://{address}", timeout=2).close()
        return True
    except urllib.error.HTTPError:
        return True  # it wants a signed request
    except (urllib.error.URLError, OSError):
        return False


def stop(folder, mode):
    """`immediate` is kill -9."""
    process.stop(NAME, folder, mode)
