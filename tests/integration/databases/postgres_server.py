"""A real PostgreSQL server of this test run: on a free port, in a folder of its own, under a user without rights."""

import os
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

INSTALLED = Path("/usr/lib/postgresql")  # where Debian's packages put it
HOW = "no PostgreSQL server is installed here (apt-get install postgresql), so nothing is tested against a real one"
SECONDS = "60"


@dataclass(frozen=True)
class PostgresServer:
    """A running server, with TLS."""

    folder: Path
    port: int
    password: str
    programs: Path

    @property
    def authority(self) -> str:
        """The certificate that signed the server's, in PEM: its own."""
        return (self.folder / "server.crt").read_text()

    def secret(self) -> dict[str, object]:
        """How to enter it, as Amazon RDS writes it."""
        return {
            "engine": "postgres", "host": "localhost", "port": self.port, "dbname": "postgres",
            "username": "roost", "password": self.password, "ca": self.authority,
        }  # fmt: skip

    def control(self, command: str, *options: str) -> None:
        """Start or stop it, and wait until that is done."""
        log = self.folder / "server.log"
        words = ["pg_ctl", command, "-D", str(self.folder / "data"), "-w", "-t", SECONDS, "-l", str(log), *options]
        _run(self.programs, words, self.folder)


def programs() -> Path | None:
    """The folder of the newest installed server; None if there is none."""
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def started(folder: Path, installed: Path) -> PostgresServer:
    """A new server; whoever starts it stops it."""
    server = PostgresServer(folder, _free_port(), secrets.token_urlsafe(16), installed)
    password = folder / "password"
    password.write_text(server.password)
    _certificate(folder)
    _give(folder)
    _run(installed, ["initdb", "-D", str(folder / "data"), "-U", "roost", "-A", "scram-sha-256", "--no-sync",
                     "--pwfile", str(password)], folder)  # fmt: skip
    settings = {
        "port": server.port, "listen_addresses": "'localhost'", "unix_socket_directories": f"'{folder}'",
        "fsync": "off", "timezone": "'Asia/Kolkata'", "ssl": "on",
        "ssl_cert_file": f"'{folder}/server.crt'", "ssl_key_file": f"'{folder}/server.key'",
    }  # fmt: skip
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in settings.items())
    server.control("start")
    return server


def _certificate(folder: Path) -> None:
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject,
               "-keyout", f"{folder}/server.key", "-out", f"{folder}/server.crt"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    (folder / "server.key").chmod(0o600)


def _give(folder: Path) -> None:
    """Hand the folder to Debian's user ``postgres`` if we are root: the server refuses to run as root."""
    if os.geteuid() != 0:
        return
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, "postgres", "postgres")


def _run(installed: Path, words: list[str], folder: Path) -> None:
    """Run one of the server's programs; its output goes to a file, as a started server keeps what it inherits open."""
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    told = folder / f"{words[0]}.txt"
    with told.open("w") as output:
        done = subprocess.run(
            [str(installed / words[0]), *words[1:]], cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, check=False, **user,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{words[0]} failed: {told.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
