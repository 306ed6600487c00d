"""``@dataclass`` for frozen, slotted values, made so that importing many of them costs little.

    from mailstrata.model.values import dataclass

    @dataclass(frozen=True, slots=True, kw_only=True)
    class MxHost: ...

To type checkers it is `dataclasses.dataclass`, and `fields`, `replace`, ``match``, copying and pickling work as with that. The
standard one writes and compiles six methods for each class when its module is imported, half a millisecond each; a run has
some 160 such classes, of most of which it never makes a value. Here the methods are shared, and ``__init__`` is compiled when
the first value of a class is made.
"""

from __future__ import annotations

import dataclasses
import sys
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

_MANY = 4
"""Fields from which on an open class costs less."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool, slots: bool, kw_only: bool = False) -> Callable[[type], type]:
        """`dataclasses.dataclass` for what is frozen and slotted."""
        if not frozen or not slots:
            raise TypeError("these are frozen, slotted values; all else is for dataclasses.dataclass")

        def made(cls: type) -> type:
            own = frozenset(vars(cls))
            bare = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
            for name, method in _methods(bare).items():
                if name not in own:
                    setattr(bare, name, method)
            return bare

        return made


def maker(cls: Callable[_P, _T]) -> Callable[_P, _T]:
    """A function that makes the values of a class by keyword, in a third of the time that the class itself takes.

    Whoever calls a class by keyword makes a dict of the keywords first; a function finds them where they are. It is for classes
    whose values are made for each mail, without bases and ``__post_init__``.
    """
    assert isinstance(cls, type)
    made: Callable[_P, _T] = _evaluated(cls, *_making(cls))
    return made


def _methods(cls: type) -> dict[str, Any]:
    """What every such class has; it compares and hashes by its fields, and values of other classes are never equal."""
    found = dataclasses.fields(cls)
    names = [one.name for one in found if one.compare]
    compared = attrgetter(*names) if names else _nothing
    state = _reader([one.name for one in found])
    salt = id(cls)  # questions of many kinds are asked of one name, and stand in one table

    def equal(self: object, other: object) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    return {
        "__init__": _Later(cls),
        "__repr__": _represent,
        "__eq__": equal,
        "__hash__": lambda self: hash(compared(self)) ^ salt,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__getstate__": lambda self: state(self),
        "__setstate__": _filled([one.name for one in found]),
    }


class _Later:
    """Stands for ``__init__`` until somebody looks for it: a value is made, or a signature is read."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __get__(self, instance: object, owner: type | None = None) -> Callable[..., None]:
        compiled = _compiled(self._cls)
        setattr(self._cls, "__init__", compiled)  # noqa: B010 - to a type checker, no method may be assigned
        return compiled if instance is None else compiled.__get__(instance, owner)


def _reader(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    """All of ``names`` of an object, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _nothing(_: object) -> tuple[object, ...]:
    """What a class without fields is compared by."""
    return ()


def _represent(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: object, name: str, value: object = None) -> None:
    del self, value
    raise dataclasses.FrozenInstanceError(f"cannot assign to or delete field {name!r}")


def _compiled(cls: Any) -> Callable[..., None]:
    """``__init__`` of the class: its fields in their order, those that only go by keyword behind the star.

    To set a field past ``_refuse`` takes a call for each. So a value is of an open class of the same layout while it is made;
    one of a class with bases, or of a class derived from it, is filled field by field.
    """
    scope, head, body = _signature(cls)
    names = [one.name for one in dataclasses.fields(cls)]
    scope |= {"_set": object.__setattr__, "_fill": _filled(names)}
    if len(names) >= _MANY and cls.__bases__ == (object,):
        body += ["  if self.__class__ is _own:", "   _set(self, '__class__', _open)"]
        body += [*(f"   self.{name} = {name}" for name in names), "   self.__class__ = _own", "  else:"]
        body += [f"   _fill(self, ({', '.join(names)}))"]
    else:
        body += [f"  _set(self, {name!r}, {name})" for name in names]
    body += ["  self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    lines = [f" def __init__({', '.join(['self', *head])}):", *(body or ["  pass"]), " return __init__"]
    made: Callable[..., None] = _evaluated(cls, scope, lines)
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {one.name: one.type for one in dataclasses.fields(cls)} | {"return": None}
    return made


def _making(cls: Any) -> tuple[dict[str, Any], list[str]]:
    """The function that `maker` gives: what it needs, and its lines."""
    if cls.__bases__ != (object,) or hasattr(cls, "__post_init__"):
        raise TypeError("a class with bases or a __post_init__ makes its values itself")
    scope, head, body = _signature(cls)
    body += ["  self = _new(_open)", *(f"  self.{one.name} = {one.name}" for one in dataclasses.fields(cls))]
    lines = [f" def make({', '.join(head)}):", *body, "  self.__class__ = _own", "  return self", " return make"]
    return scope | {"_new": object.__new__}, lines


def _signature(cls: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    """What the fields ask for of a function that takes them: the names in its scope, its parameters, its first lines."""
    scope: dict[str, Any] = {"_unset": dataclasses.MISSING, "_own": cls}
    scope["_open"] = type(cls.__name__, (), {"__slots__": cls.__slots__})
    body: list[str] = []
    parameters: dict[bool, list[str]] = {False: [], True: ["*"]}
    for one in dataclasses.fields(cls):
        default = ""
        if one.default is not dataclasses.MISSING:
            scope[f"_default_{one.name}"], default = one.default, f"=_default_{one.name}"
        elif one.default_factory is not dataclasses.MISSING:
            scope[f"_make_{one.name}"], default = one.default_factory, "=_unset"
            body.append(f"  {one.name} = _make_{one.name}() if {one.name} is _unset else {one.name}")
        parameters[bool(one.kw_only)].append(one.name + default)
    return scope, [*parameters[False], *(parameters[True] if len(parameters[True]) > 1 else [])], body


def _filled(names: list[str]) -> Callable[[object, tuple[object, ...]], None]:
    def filled(self: object, values: tuple[object, ...]) -> None:
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    return filled


def _evaluated(cls: type, scope: dict[str, Any], lines: list[str]) -> Any:
    """The function that ``lines`` return, in the class's module, where its annotations mean something."""
    found: dict[str, Any] = {}
    text = "\n".join([f"def made({', '.join(scope)}):", *lines])
    exec(text, vars(sys.modules[cls.__module__]), found)  # noqa: S102 - names of fields, nothing else; as dataclasses does
    return found["made"](**scope)
