"""What a test says when upstream has closed a gap."""

from __future__ import annotations


def still_open(gap: str, closed_upstream: bool) -> None:
    """Fail when the unpatched emulator behaves as AWS does, so that the module is deleted."""
    assert not closed_upstream, f"upstream closed gap {gap}: delete localaws/parity/{gap}.py and its tests"
