"""The published data set, exactly."""

from datetime import date

import numpy as np
import pytest

from models.fraud.handbook import protocol_split
from models.fraud.simulator import SimulationSize, simulate


@pytest.mark.slow
def test_the_published_set_and_its_test_week_come_out_exactly() -> None:
    transactions = simulate(SimulationSize())
    assert len(transactions) == 1_754_155
    assert np.bincount(transactions.fraud_scenario).tolist() == [1_739_474, 978, 9_099, 4_604]
    assert transactions.is_fraud.sum() == 14_681
    is_fraud = transactions.is_fraud
    train, test = protocol_split(transactions.event_time, transactions.customer_id, is_fraud, date(2018, 7, 25))
    assert (len(train), is_fraud[train].sum()) == (67_240, 598)
    assert (len(test), is_fraud[test].sum()) == (58_264, 385)
