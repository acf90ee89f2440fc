"""Filter patterns of CloudWatch Logs: what a subscription lets through.

Known: the empty pattern; terms (``ERROR``, ``"a phrase"``, ``-excluded``, ``?any ?of``, ``%regular expression%``); and
patterns for JSON lines, ``{ $.kind = "prediction" && ($.score > 0.5 || $.label NOT EXISTS) }``, with ``=``, ``!=``,
``<``, ``<=``, ``>``, ``>=``, ``*`` in texts, ``IS NULL | TRUE | FALSE`` and ``NOT EXISTS``. Patterns for
space-delimited lines are refused.

AWS: "Filter pattern syntax",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

Matcher = Callable[[str], bool]
Test = Callable[[Any], bool]
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|%[^%]+%|&&|\|\||!=|<=|>=|[()=<>]|[^\s()=<>!&|]+)')
_TERM = re.compile(r'[-?]?(?:"(?:[^"\\]|\\.)*"|%[^%]+%|\S+)')
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\[[\"']([^\"']+)[\"']\]")
_NUMERIC = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_ABSENT = object()


class UnknownPatternError(ValueError):
    """The pattern uses something that this module does not know."""


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Matcher:
    """Return the function that says whether a log line matches.

    Raises:
        UnknownPatternError: The pattern is not understood.
    """
    text = pattern.strip()
    if text.startswith("{") and text.endswith("}"):
        test = _JsonPattern(text[1:-1]).test()
        return lambda line: (document := _document(line)) is not None and test(document)
    if text.startswith("["):
        raise UnknownPatternError(f"patterns for space-delimited lines are not known here: {pattern}")
    terms = _TERM.findall(text)
    return lambda line: _matches_terms(terms, line)


def _matches_terms(terms: list[str], line: str) -> bool:
    found: dict[str, list[bool]] = {"": [], "-": [], "?": []}
    for term in terms:
        kind = term[0] if term[0] in found else ""
        found[kind].append(_has(line, term.removeprefix(kind)))
    return all(found[""]) and not any(found["-"]) and (any(found["?"]) or not found["?"])


def _has(line: str, term: str) -> bool:
    if term.startswith("%"):
        return re.search(term.strip("%"), line) is not None
    return (json.loads(term) if term.startswith('"') else term) in line


def _document(line: str) -> Any:
    try:
        return json.loads(line) if line.lstrip().startswith("{") else None
    except ValueError:
        return None


class _JsonPattern:
    """Reads a pattern for JSON lines, from the left: alternatives of conjunctions of comparisons."""

    def __init__(self, text: str) -> None:
        self._text, self._tokens = text, _TOKEN.findall(text)

    def test(self) -> Test:
        found = self._alternatives()
        if self._tokens:
            raise self._unknown()
        return found

    def _alternatives(self) -> Test:
        tests = [self._conjunction()]
        while self._take("||"):
            tests.append(self._conjunction())
        return lambda document: any(test(document) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._unit()]
        while self._take("&&"):
            tests.append(self._unit())
        return lambda document: all(test(document) for test in tests)

    def _unit(self) -> Test:
        if self._take("("):
            inner = self._alternatives()
            if not self._take(")"):
                raise self._unknown()
            return inner
        path, sign, value = self._next(), self._next(), self._next()
        if not path.startswith("$"):
            raise self._unknown()
        return lambda document: _compare(_select(document, path), sign, value)

    def _take(self, token: str) -> bool:
        if self._tokens and self._tokens[0] == token:
            del self._tokens[0]
            return True
        return False

    def _next(self) -> str:
        if not self._tokens:
            raise self._unknown()
        return str(self._tokens.pop(0))

    def _unknown(self) -> UnknownPatternError:
        return UnknownPatternError(f"this log filter pattern is not understood: {{{self._text}}}")


def _select(document: Any, path: str) -> Any:
    for field, index, quoted in _STEP.findall(path):
        if index:
            known = isinstance(document, list) and int(index) < len(document)
            document = document[int(index)] if known else _ABSENT
        else:
            document = document.get(field or quoted, _ABSENT) if isinstance(document, dict) else _ABSENT
    return document


def _compare(found: Any, sign: str, value: str) -> bool:
    if (sign, value) == ("NOT", "EXISTS"):
        return found is _ABSENT
    if sign == "IS":
        return found is {"NULL": None, "TRUE": True, "FALSE": False}.get(value, _ABSENT) and found is not _ABSENT
    if sign == "!=":
        return found is not _ABSENT and not _equals(found, value)
    if sign == "=":
        return _equals(found, value)
    return _is_number(found) and bool(_NUMERIC[sign](found, float(value)))


def _equals(found: Any, value: str) -> bool:
    if value.startswith("%"):
        return isinstance(found, str) and re.search(value.strip("%"), found) is not None
    if _is_number(found):
        return value.replace(".", "", 1).lstrip("-").isdigit() and float(value) == found
    wanted = json.loads(value) if value.startswith('"') else value
    return isinstance(found, str) and fnmatchcase(found, wanted.replace("[", "[[]").replace("?", "[?]"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
