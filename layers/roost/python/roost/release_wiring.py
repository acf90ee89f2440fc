"""Which adapter stands behind the runs of a release pipeline."""

import functools

from roost.adapters.step_functions_releases import StepFunctionsReleases
from roost.ports.release_runs import ReleaseRuns


@functools.cache
def release_runs(arn: str) -> ReleaseRuns:
    """Runs of the release pipeline with this ARN."""
    return StepFunctionsReleases(arn)
