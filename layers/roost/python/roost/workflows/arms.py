"""The arms of an experiment behind one scoring function: which package scores which request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from roost.domain.assignment import Assignment
from roost.domain.served_arms import ServedArms
from roost.errors import NoModelReleased
from roost.workflows.packages import LoadedPackage

UNASSIGNED = "the request names no {}, so the control answered; it is not part of the experiment"


@dataclass(frozen=True)
class Chosen:
    """What scores a request: the package, its version, and what the answer says of the experiment."""

    package: LoadedPackage
    version: int
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Arms:
    """The arms with their packages, in the order of the split."""

    served: ServedArms
    packages: tuple[LoadedPackage, ...]

    def chosen(self, request: Mapping[str, Any]) -> Chosen:
        """The arm of a validated request, by the salted hash of its entity."""
        assignment = self.served.split.assign(request.get(self.served.split.by))
        return Chosen(
            self.packages[assignment.place],
            self.served.arms[assignment.place].version,
            {"experiment": self._told(assignment)},
        )

    def of_package(self, digest: str) -> LoadedPackage:
        """The package of a digest. Raises ``NoModelReleased`` if no arm has it."""
        for package in self.packages:
            if package.digest == digest:
                return package
        raise NoModelReleased(f"no arm of experiment {self.served.experiment} has package {digest}")

    def _told(self, assignment: Assignment) -> dict[str, Any]:
        arm = self.served.arms[assignment.place].name
        told = {"id": self.served.experiment, "arm": arm, "propensity": assignment.propensity}
        if assignment.assigned:
            return told
        return {**told, "assigned": False, "note": UNASSIGNED.format(self.served.split.by)}


def load_arms(served: ServedArms, load: Callable[[str], LoadedPackage]) -> Arms:
    """Load the package of each arm, at init, so that no request waits for it."""
    return Arms(served, tuple(load(arm.package) for arm in served.arms))
