"""Metric math: the part of CloudWatch's expressions that alarms use, over values at one time.

Known: numbers and ids; ``+ - * / ^`` and brackets; comparisons, ``AND``, ``OR``, ``&&``, ``||``, which give 1 or 0;
``IF(condition, then, else)``, ``FILL(id, number)``, ``ABS``, ``CEIL``, ``FLOOR``, and, over an array in square
brackets, ``SUM``, ``AVG``, ``MIN``, ``MAX``. A missing operand, or a division by zero, gives a missing value.

AWS: "Using math expressions with CloudWatch metrics",
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping

Value = float | None

_OPERATIONS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_OF_ONE: dict[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}
_OF_MANY: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
}


class UnknownMathError(ValueError):
    """The expression uses something that this module does not know."""


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """Return the expression's value.

    Args:
        expression: Such as ``IF(m1 > 10, 100 * m2 / m1, 0)``.
        values: The value of each id at this time, None where it is missing.

    Raises:
        UnknownMathError: The expression is not understood.
    """
    python = re.sub(r"\bAND\b|&&", " and ", re.sub(r"\bOR\b|\|\|", " or ", expression)).replace("^", "**")
    try:
        return _value(ast.parse(python.strip(), mode="eval").body, values)
    except (SyntaxError, KeyError, IndexError) as error:
        raise UnknownMathError(f"cannot evaluate the metric math {expression!r}: {error}") from error


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return _apply(lambda zero, value: zero - value, 0.0, _value(inner, values))
        case ast.BinOp(left=left, op=sign, right=right) | ast.Compare(left=left, ops=[sign], comparators=[right]):
            return _apply(_operation(sign), _value(left, values), _value(right, values))
        case ast.BoolOp(op=sign, values=parts):
            return _logical(isinstance(sign, ast.And), [_value(part, values) for part in parts])
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, arguments, values)
    raise UnknownMathError(f"metric math does not know {ast.unparse(node)!r} here")


def _operation(sign: ast.AST) -> Callable[[float, float], float]:
    if type(sign) not in _OPERATIONS:
        raise UnknownMathError(f"metric math does not know the operator {type(sign).__name__}")
    return _OPERATIONS[type(sign)]


def _apply(operation: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return float(operation(left, right))
    except ZeroDivisionError:
        return None


def _logical(every: bool, parts: list[Value]) -> Value:
    if any(part is None for part in parts):
        return None
    return float(all(parts) if every else any(parts))


def _call(name: str, arguments: list[ast.expr], values: Mapping[str, Value]) -> Value:
    function, most = _CALLS.get(name, (None, 0))
    if function is None or not 0 < len(arguments) <= most:
        raise UnknownMathError(f"metric math does not know {name} with {len(arguments)} arguments")
    return function(name, arguments, values)


def _if(_name: str, arguments: list[ast.expr], values: Mapping[str, Value]) -> Value:
    condition = _value(arguments[0], values)
    if condition is None:
        return None
    chosen = arguments[1:2] if condition else arguments[2:3]
    return _value(chosen[0], values) if chosen else None


def _fill(_name: str, arguments: list[ast.expr], values: Mapping[str, Value]) -> Value:
    value = _value(arguments[0], values)
    return _value(arguments[1], values) if value is None else value


def _of_one(name: str, arguments: list[ast.expr], values: Mapping[str, Value]) -> Value:
    value = _value(arguments[0], values)
    return None if value is None else float(_OF_ONE[name](value))


def _of_many(name: str, arguments: list[ast.expr], values: Mapping[str, Value]) -> Value:
    if not isinstance(arguments[0], ast.List):
        raise UnknownMathError(f"metric math knows {name} over an array in square brackets only")
    known = [value for member in arguments[0].elts if (value := _value(member, values)) is not None]
    return float(_OF_MANY[name](known)) if known else None


_Call = Callable[[str, list[ast.expr], Mapping[str, Value]], Value]
_CALLS: dict[str, tuple[_Call, int]] = {
    "IF": (_if, 3),
    "FILL": (_fill, 2),
    **dict.fromkeys(_OF_ONE, (_of_one, 1)),
    **dict.fromkeys(_OF_MANY, (_of_many, 1)),
}
