"""One snapshot, restored twice: ids, random numbers and connections are not shared.

A restored environment has the memory that the snapshot had; so has a forked process.
"""

import subprocess
import sys
import types
from collections.abc import Callable

import pytest

from roost.adapters.snapshot_hooks import LIBRARY, after_restore

RESTORED_TWICE = """
import os, random, sys, types
from datetime import UTC, datetime
hooks = []
library = types.ModuleType("snapshot_restore_py")
library.register_after_restore = hooks.append
sys.modules["snapshot_restore_py"] = library
from roost.adapters.snapshot_hooks import after_restore
from roost.domain.prediction_ids import new_prediction_id
assert after_restore()
moment = datetime(2026, 1, 2, tzinfo=UTC)
new_prediction_id(moment), random.random()
memory = random.getstate()  # Python seeds anew in the child of a fork; a snapshot's restore does not
for restored in range(2):
    child = os.fork()
    if not child:
        random.setstate(memory)
        [hook() for hook in hooks if "run" in sys.argv]
        print(new_prediction_id(moment), random.getrandbits(64), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def restored_twice(*arguments: str) -> tuple[list[str], list[str]]:
    """Ids and random numbers of two environments restored from one snapshot."""
    command = [sys.executable, "-c", RESTORED_TWICE, *arguments]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return told[::2], told[1::2]


def test_restored_environments_share_neither_ids_nor_randomness() -> None:
    ids, numbers = restored_twice("run")
    assert len(set(ids)) == len(set(numbers)) == 2


def test_without_hooks_they_would_share_randomness_but_no_ids() -> None:
    ids, numbers = restored_twice()
    assert (len(set(ids)), len(set(numbers))) == (2, 1)


def test_actions_are_registered_where_lambda_restores(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[Callable[[], object]] = []
    library = types.ModuleType(LIBRARY)
    library.register_after_restore = hooks.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, LIBRARY, library)
    done: list[str] = []
    assert after_restore(lambda: done.append("renewed"))
    for hook in hooks:
        hook()
    assert done == ["renewed"]


def test_where_nothing_is_restored_nothing_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, LIBRARY, None)
    assert not after_restore(lambda: None)
