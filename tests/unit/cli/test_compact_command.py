"""``roost features compact``: of sources that stream."""

from typer.testing import CliRunner

from roost.cli.app import app


def test_a_source_that_does_not_stream_is_refused_with_those_that_do() -> None:
    result = CliRunner().invoke(app, ["features", "compact", "payments"])
    assert result.exit_code == 1
    told = result.stderr.replace("\n", " ")
    assert "no model project streams a source 'payments'; there are: card_transactions" in told
