import pytest

from tests.unit.features.payments import Lake


@pytest.fixture
def lake() -> Lake:
    return Lake()
