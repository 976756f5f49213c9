"""What a function can share with others behind their backs: state that is found outside its arguments."""

import builtins
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from dis import Instruction, get_instructions
from enum import Enum
from fractions import Fraction
from functools import partial
from inspect import isbuiltin
from types import CodeType, FunctionType, ModuleType
from typing import Any
from uuid import UUID

__all__ = ("ignores_session", "is_apart")

_FIXED = (int, float, complex, str, bytes, type(None), date, timedelta, Decimal, Fraction, Enum, UUID, range)
_CHANGES = frozenset(
    {"STORE_GLOBAL", "STORE_DEREF", "DELETE_GLOBAL", "DELETE_DEREF", "STORE_ATTR", "STORE_SUBSCR", "IMPORT_NAME"}
)
_OTHER_BUILTINS = frozenset(dir(builtins)) - {
    *("abs", "bool", "bytes", "chr", "dict", "divmod", "enumerate", "float", "format", "frozenset", "hex", "int", "isinstance"),
    *("len", "list", "max", "min", "ord", "pow", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple"),
    *("zip", "None", "True", "False"),
}
_PURE_MODULES = frozenset({"math", "string", "datetime", "decimal", "fractions", "textwrap", "operator", "builtins"})


def is_apart(function: Callable[..., Any]) -> bool:
    """Tell whether nobody can notice in what order a function and others are called.

    True of what says so itself (``is_apart``), and of plain functions that reach, by their closures and globals, only for what
    does not change. When in doubt it is False.
    """
    own = getattr(function, "is_apart", None)
    if isinstance(own, bool):
        return own
    if isinstance(function, FunctionType):
        return _is_pure(function, set())
    return False


def ignores_session(function: Callable[..., Any]) -> bool:
    """Tell whether a function does nothing with its first argument, the session. When in doubt it is False."""
    if getattr(function, "is_apart", None) is True:
        return True
    if not isinstance(function, FunctionType) or any(isinstance(constant, CodeType) for constant in function.__code__.co_consts):
        return False
    name = function.__code__.co_varnames[0]
    return not any(
        name == each.argval or (each.argval.__class__ is tuple and name in each.argval) for each in _read(function.__code__)
    )


def _is_pure(function: FunctionType, seen: set[int]) -> bool:
    if id(function) in seen:
        return True
    seen.add(id(function))
    code = function.__code__
    if code.co_flags & 0x2A0 or any(isinstance(constant, CodeType) for constant in code.co_consts):
        return False  # a generator or coroutine, or functions inside it
    reached = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    names = [name for name in code.co_names if name in function.__globals__]
    if not _OTHER_BUILTINS.isdisjoint({*code.co_names} - {*names}):
        return False
    reached += [function.__globals__[name] for name in names]
    reached += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    return not _stores(code) and all(_is_fixed(value, seen) for value in reached)


def _is_fixed(value: Any, seen: set[int]) -> bool:
    if isinstance(value, _FIXED):
        return True
    if isinstance(value, type):
        return value.__module__ in _PURE_MODULES
    if isinstance(value, (tuple, frozenset)):
        return all(_is_fixed(member, seen) for member in value)
    if isinstance(value, ModuleType):
        return value.__name__ in _PURE_MODULES
    if isinstance(value, partial):
        return False
    return isbuiltin(value) or (isinstance(value, FunctionType) and _is_pure(value, seen))


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # an empty cell raises
    except ValueError:
        return False
    return True


def _read(code: CodeType) -> list[Instruction]:
    return [each for each in get_instructions(code) if "FAST" in each.opname or "DEREF" in each.opname]


def _stores(code: CodeType) -> bool:
    """Tell whether a function changes a global, a variable of the function around it, or an object."""
    return any(each.opname in _CHANGES for each in get_instructions(code))
