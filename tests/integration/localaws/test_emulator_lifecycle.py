"""Starting, finding, clearing and stopping an emulator process."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from localaws import Emulator, LocalAwsError, endpoint_environment, reset, start, status, stop
from localaws.emulator import becomes_ready
from localaws.emulator_process import free_port, is_alive, spawn
from localaws.emulator_record import Options
from localaws.failures import tail
from localaws.layout import Home
from tests.integration.localaws.clients import client


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop(tmp_path)


def buckets(emulator: Emulator) -> list[str]:
    return [bucket["Name"] for bucket in client(emulator, "s3").list_buckets()["Buckets"]]


def test_a_second_start_finds_the_first(home: Path) -> None:
    first = start(port=0, home=home)
    assert start(home=home) == first == status(home)


def test_a_start_with_other_options_is_refused(home: Path) -> None:
    start(port=0, home=home)
    with pytest.raises(LocalAwsError, match="stop it first"):
        start(wait_scale=0.5, home=home)


def test_stop_ends_the_process_and_its_scratch_folder(home: Path) -> None:
    emulator = start(port=0, home=home)
    assert stop(home)
    assert not is_alive(emulator)
    assert not Home(home).scratch.exists()
    assert status(home) is None
    assert not stop(home)


def test_reset_deletes_resources(home: Path) -> None:
    emulator = start(port=0, home=home)
    client(emulator, "s3").create_bucket(Bucket="gone")
    reset(home)
    assert buckets(emulator) == []


def test_kept_state_survives_a_stop(home: Path) -> None:
    client(start(keep_state=True, port=0, home=home), "s3").create_bucket(Bucket="kept")
    stop(home)
    assert buckets(start(keep_state=True, port=0, home=home)) == ["kept"]


def test_reset_without_an_emulator_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(LocalAwsError, match="localaws up"):
        reset(tmp_path)


def test_a_stale_record_never_ends_a_stranger(home: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    record = {"pid": stranger.pid, "port": 1, "instance": "roost-of-yesterday", "options": {}}
    Home(home).record.write_text(json.dumps(record))
    assert not stop(home)
    assert stranger.poll() is None
    stranger.communicate()


def test_an_emulator_that_dies_shows_its_log(home: Path) -> None:
    home.joinpath("scratch").mkdir()
    options = Options(keep_state=False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        emulator = spawn(Home(home), taken.getsockname()[1], "roost-of-a-test", options)
        assert not becomes_ready(emulator)
    assert "already in use" in tail(Home(home).log)


def test_a_taken_port_gives_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) != port


def test_the_emulator_sees_nothing_of_the_callers_shell(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    emulator = start(port=0, home=home)
    environment = Path(f"/proc/{emulator.pid}/environ")
    if not environment.exists():
        pytest.skip("this system has no /proc")
    assert b"production" not in environment.read_bytes()


def test_clients_find_the_emulator_through_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = start(enforce_iam=True, port=0, home=home)
    for name, value in endpoint_environment(emulator).items():
        monkeypatch.setenv(name, value)
    assert boto3.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::000000000000:root"
    boto3.client("iam").create_user(UserName="somebody")
