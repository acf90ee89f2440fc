"""The outcomes of a stage that takes none in: nothing is known, and reports say so."""

from collections.abc import Mapping, Sequence


class NoOutcomes:
    """Knows nothing."""

    def outcomes(self, model: str, identifiers: Sequence[str]) -> Mapping[str, float]:  # noqa: ARG002
        """None of them."""
        return {}
