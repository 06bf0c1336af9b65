"""A PostgreSQL server of our own: its data and log under one folder, on one loopback port."""

import glob
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from common import Problem, run, say

HOW = "install PostgreSQL 15 or newer and put its initdb on PATH, or use ./dev services up --docker"


def bin_dir():
    """The folder of initdb and pg_ctl; as root on Debian the package is installed if need be."""
    if found := find_bin_dir():
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Problem(f"there is no PostgreSQL on this machine: {HOW}")
    say("install postgresql with apt-get, as root")
    run(["apt-get", "install", "--yes", "postgresql"], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if found := find_bin_dir():
        return found
    raise Problem(f"the package postgresql came without initdb: {HOW}")


def find_bin_dir():
    debian = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    newest = sorted(debian, key=lambda path: int(Path(path).parts[4]))[-1:]
    initdb = newest[0] if newest else shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def version():
    return "PostgreSQL " + run([bin_dir() / "postgres", "--version"]).split()[2]


def as_owner(command, folder, **options):
    """Runs a command of PostgreSQL's, which refuses root: then as the user `postgres`."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder), **options.pop("env", {})}
    return run([*prefix, *command], cwd=folder, env=environment, **options)


def create(folder, env):
    """Makes the cluster, the role that migrates, and its database: what `eider-server migrate` begins with."""
    superuser_password = secrets.token_hex(16)
    folder = make_cluster(folder, env["DB_POSTGRES_PORT"], superuser_password)
    start(folder, env)
    role, database = env["DB_POSTGRES_MIGRATE_USER"], env["DB_POSTGRES_DB"]
    as_owner([bin_dir() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
              "-p", env["DB_POSTGRES_PORT"], "-U", "postgres", "-d", "postgres"],
             folder, env={"PGPASSWORD": superuser_password},
             input=f"CREATE ROLE {role} LOGIN CREATEROLE PASSWORD '{env['DB_POSTGRES_MIGRATE_PASSWORD']}';\n"
                   f"CREATE DATABASE {database} OWNER {role};\n")


def make_cluster(folder, port, superuser_password):
    """No socket folder: its path may be too long, and over TCP the password is asked for."""
    folder.mkdir()
    if os.geteuid() == 0:
        folder = owned(folder)
    password_file = folder / "password"
    password_file.write_text(superuser_password)
    os.chown(password_file, folder.stat().st_uid, folder.stat().st_gid)
    as_owner([bin_dir() / "initdb", "-D", folder / "data", "-U", "postgres", "--locale=C", "--encoding=UTF8",
              "--auth=scram-sha-256", f"--pwfile={password_file}"], folder)
    password_file.unlink()
    with open(folder / "data/postgresql.conf", "a", encoding="utf-8") as settings:
        settings.write(f"\nlisten_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\n"
                       "lc_messages = 'C'\nmax_connections = 200\n")
    return folder


def owned(folder):
    """Gives the folder to the user postgres; where that user cannot reach it (/root), a folder elsewhere."""
    owner = pwd.getpwnam("postgres")
    folder.parent.chmod(0o711)
    if subprocess.run(["runuser", "-u", "postgres", "--", "test", "-x", folder], check=False).returncode != 0:
        folder.rmdir()
        folder.symlink_to(tempfile.mkdtemp(prefix="eider-postgres-"))
        folder = folder.resolve()
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


def start(folder, _env):
    log = folder / "log"
    try:
        as_owner([bin_dir() / "pg_ctl", "start", "-w", "-s", "-D", folder / "data", "-l", log], folder)
    except Problem as problem:
        said = log.read_text().strip().splitlines() if log.exists() else []
        raise Problem(f"PostgreSQL does not start: {said[-1] if said else problem} (all of it: {log})") from None


def stop(folder, mode):
    """`immediate` is a crash, from which the next start recovers."""
    as_owner([bin_dir() / "pg_ctl", "stop", "-w", "-s", "-m", mode, "-D", folder / "data"], folder)


def running(folder):
    try:
        return bool(as_owner([bin_dir() / "pg_ctl", "status", "-D", folder / "data"], folder))
    except Problem:
        return False
