"""Dataclasses to and from JSON-ready values; defaults are left out, so that rows and messages stay small.

Coders are built once for each class and cached: a subject of 10,000 instances is read in about a second.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Coder = Callable[[Any], Any]


#: Types whose values are written as they are.
_PLAIN = frozenset({str, int, float, bool, types.NoneType})


class WireError(ValueError):
    """A stored or received value does not have the form of its class. Holds no value."""


def to_wire(value: object) -> Any:
    """Return `value` (dataclass, enum, date, tuple, mapping or scalar) as JSON-ready data."""
    return _encode(value)


def from_wire(cls: type[T], data: object) -> T:
    """Return an instance of `cls` from what `to_wire` made. Raises WireError."""
    try:
        decoded: T = _decoder(_key(cls))(data)
    except WireError:
        raise
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise WireError(f"not a {cls.__name__}: {type(error).__name__}") from None
    return decoded


def _identity(value: Any) -> Any:
    return value


def _key(hint: Any) -> Hashable:
    key: Hashable = hint
    return key


def _encode(value: Any) -> Any:
    return _encoder(_key(type(value)))(value)


@cache
def _encoder(cls: Any) -> Coder:
    if is_dataclass(cls):
        return _dataclass_encoder(cls)
    if issubclass(cls, Enum):
        return lambda value: value.value
    if issubclass(cls, datetime | date):
        return lambda value: value.isoformat()
    if issubclass(cls, tuple | list):
        return lambda value: [_encode(item) for item in value]
    if issubclass(cls, Mapping):
        return lambda value: {str(key): _encode(item) for key, item in value.items()}
    if issubclass(cls, bytes):
        return lambda value: value.hex()
    return _identity


def _dataclass_encoder(cls: Any) -> Coder:
    plan = [(item.name, _default_of(item)) for item in fields(cls)]

    def encode(value: Any) -> dict[str, Any]:
        out = {}
        for name, default in plan:
            item = getattr(value, name)
            if default is MISSING or item != default:
                out[name] = item if type(item) in _PLAIN else _encode(item)
        return out

    return encode


def _default_of(item: Any) -> Any:
    if item.default is not MISSING:
        return item.default
    return item.default_factory() if item.default_factory is not MISSING else MISSING


@cache
def _decoder(hint: Any) -> Coder:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = _decoder(next(arg for arg in get_args(hint) if arg is not type(None)))
        return lambda data: None if data is None else inner(data)
    if origin is tuple:
        return _tuple_decoder(get_args(hint))
    if origin is not None and issubclass(origin, Mapping):
        key, item = map(_decoder, get_args(hint))
        return lambda data: {key(name): item(value) for name, value in data.items()}
    if not isinstance(hint, type):
        return _identity
    return _class_decoder(hint)


def _class_decoder(hint: type) -> Coder:
    if is_dataclass(hint):
        return _dataclass_decoder(hint)
    if issubclass(hint, Enum):
        return hint
    if issubclass(hint, datetime):
        return hint.fromisoformat
    if issubclass(hint, date):
        return hint.fromisoformat
    if issubclass(hint, bytes):
        return bytes.fromhex
    if issubclass(hint, float):
        return float
    return _identity


def _tuple_decoder(args: tuple[Any, ...]) -> Coder:
    if len(args) == 2 and args[1] is Ellipsis:
        item = _decoder(args[0])
        if item is _identity:
            return tuple
        return lambda data: tuple(map(item, data))
    items = [_decoder(arg) for arg in args]
    if len(set(items)) == 1:
        return _same_decoder(items[0], len(items))
    return lambda data: tuple(decode(value) for decode, value in zip(items, data, strict=True))


def _same_decoder(item: Coder, count: int) -> Coder:
    def decode(data: Any) -> Any:
        if len(data) != count:
            raise WireError("not as many values as there should be")
        return tuple(map(item, data))

    return decode


def _dataclass_decoder(cls: type) -> Coder:
    hints = get_type_hints(cls)
    plan = {item.name: _decoder(hints[item.name]) for item in fields(cls)}
    to_decode = [(name, decoder) for name, decoder in plan.items() if decoder is not _identity]
    names = plan.keys()

    def decode(data: Any) -> Any:
        if not data.keys() <= names:
            raise WireError(f"{cls.__name__} has no such field")
        decoded = {name: decoder(data[name]) for name, decoder in to_decode if name in data}
        return cls(**(data | decoded))

    return decode
