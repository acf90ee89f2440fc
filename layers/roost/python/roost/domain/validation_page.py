"""The validation report as Markdown, for people."""

from collections.abc import Mapping, Sequence
from typing import Any

TITLE = "# Validation of the data of {model}, run {run}"


def validation_page(report: Mapping[str, Any]) -> str:
    """The page of a run's report: per source the set's rules, then the rows' rules with examples."""
    parts = [TITLE.format(**report), f"Judged at {report['judged_at']}: **{report['verdict']}**."]
    for name, source in report["sources"].items():
        parts += [f"## {name}", _summary(source), _set_table(source["set_rules"]), *_row_part(source)]
    return "\n\n".join(parts) + "\n"


def _summary(source: Mapping[str, Any]) -> str:
    return (
        f"{source['rows']:,} rows, {source['valid']:,} valid, {source['quarantined']:,} in quarantine "
        f"(`{source['quarantine']}`). Data set `{source['dataset']}`."
    )


def _set_table(findings: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [f["rule"], f["number"], f["bound"], "pass" if f["passed"] else "**FAIL**", "" if f["passed"] else f["remedy"]]
        for f in findings
    ]
    return _table(("rule of the set", "number", "bound", "verdict", "remedy"), rows)


def _row_part(source: Mapping[str, Any]) -> list[str]:
    if not source["rules"]:
        return ["No row broke a rule."]
    ranked = sorted(source["rules"].items(), key=lambda item: (-item[1], item[0]))
    rows = [
        [rule, f"{count:,}", f"{count / source['rows']:.2%}", "; ".join(source["examples"].get(rule, ()))]
        for rule, count in ranked
    ]
    return [_table(("rule of a row", "rows", "share", "examples"), rows)]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
