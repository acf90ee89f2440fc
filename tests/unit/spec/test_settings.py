"""The environment is written and read by the same classes."""

import pytest

from roost.errors import SettingsError
from roost.settings import ScoringSettings

SETTINGS = ScoringSettings(stage="dev", model="fraud", packages_bucket="p", online_table="o", package="abc")


def test_what_infra_writes_a_function_reads() -> None:
    assert ScoringSettings.read(SETTINGS.variables()) == SETTINGS


def test_variables_are_named_by_field() -> None:
    assert SETTINGS.variables()["ROOST_PACKAGES_BUCKET"] == "p"


def test_all_missing_variables_are_named_at_once() -> None:
    with pytest.raises(SettingsError, match="set ROOST_PACKAGES_BUCKET, ROOST_ONLINE_TABLE"):
        ScoringSettings.read({"ROOST_STAGE": "dev", "ROOST_MODEL": "fraud"})


def test_an_empty_variable_counts_as_missing() -> None:
    with pytest.raises(SettingsError, match="ROOST_STAGE"):
        ScoringSettings.read({**SETTINGS.variables(), "ROOST_STAGE": ""})
