"""Values are what `dataclasses` makes of them; only their import is cheaper."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import typing

import pytest

from mailstrata.model.values import dataclass, maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A value with every kind of field."""

    name: str
    port: int = 25
    notes: tuple[str, ...] = dataclasses.field(default_factory=tuple)
    secret: str = dataclasses.field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.port:
            raise ValueError("port 0")


@dataclass(frozen=True, slots=True)
class Pair:
    """A value by position."""

    left: str
    right: str = "r"


@dataclass(frozen=True, slots=True)
class Single:
    """A value with one field, of the same content as another's."""

    left: str


def test_values_are_equal_by_class_and_compared_fields() -> None:
    """So a question is asked once, and never taken for one of another kind."""
    assert Host(name="a", secret="x") == Host(name="a", secret="y")
    assert hash(Host(name="a", secret="x")) == hash(Host(name="a"))
    assert Host(name="a") != Host(name="b")
    assert len({Pair("a"), Single("a")}) == 2
    assert {Single("a"), Single("a"), Single("b")} == {Single("b"), Single("a")}


def test_a_value_of_a_derived_class_stays_one() -> None:
    """With room of its own, or frozen as the value is."""

    class Open(Host):
        """A class that adds nothing but a dictionary."""

    found = Open(name="a", port=26)
    assert (type(found), found.name, found.port, found.notes) == (Open, "a", 26, ())
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.port = 1  # type: ignore[misc]


def test_a_value_never_changes_and_has_no_room_for_more() -> None:
    """Frozen, slotted."""
    host = Host(name="a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        host.port = 1  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del host.port
    assert not hasattr(host, "__dict__")


def test_what_is_not_to_be_shown_is_not_in_the_repr() -> None:
    """A secret stays out of logs."""
    assert repr(Host(name="a", secret="s3cret")) == "Host(name='a', port=25, notes=())"


def test_defaults_keywords_and_the_check_behind_them_hold() -> None:
    """As the standard ones."""
    assert Host(name="a").notes == ()
    assert Host(name="a", notes=("x",)).notes == ("x",)
    assert Pair("a", right="b").right == "b"
    with pytest.raises(TypeError, match=r"Host.__init__\(\) takes 1 positional argument"):
        Host("a")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing 1 required"):
        Pair()  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="port 0"):
        Host(name="a", port=0)


def test_the_tools_of_dataclasses_copying_and_pickling_take_them() -> None:
    """``fields``, ``replace``, ``asdict``, ``match``, a signature for editors."""
    host = Host(name="a", port=1, secret="s")
    assert dataclasses.replace(host, port=2) == Host(name="a", port=2)
    assert dataclasses.asdict(host)["secret"] == "s"
    for twin in (copy.deepcopy(host), pickle.loads(pickle.dumps(host))):  # noqa: S301 - our own bytes
        assert twin == host
        assert twin.secret == "s"
    assert list(inspect.signature(Host).parameters) == ["name", "port", "notes", "secret"]
    assert typing.get_type_hints(Host.__init__)["notes"] == tuple[str, ...]
    match Pair("a", "b"):
        case Pair(left, right):
            assert (left, right) == ("a", "b")


def test_nothing_but_frozen_slotted_values_is_made() -> None:
    """What can change is for the standard library."""
    with pytest.raises(TypeError, match=r"dataclasses\.dataclass"):
        dataclass(frozen=False, slots=True)


def test_a_method_of_the_class_s_own_stays() -> None:
    """As the standard decorator does for ``__repr__``."""

    @dataclass(frozen=True, slots=True)
    class Named:
        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

    assert repr(Named("a")) == "<a>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A value without rules of its own."""

    name: str
    number: int = 25
    notes: list[str] = dataclasses.field(default_factory=list)


def test_a_maker_makes_what_the_class_makes() -> None:
    """Equal, frozen, with the same defaults, and of that very class."""
    made = maker(Port)
    assert made(name="a") == Port(name="a")
    assert made(name="a", number=26, notes=["b"]) == Port(name="a", number=26, notes=["b"])
    assert type(made(name="a")) is Port
    assert made(name="a").notes is not made(name="a").notes
    with pytest.raises(dataclasses.FrozenInstanceError):
        made(name="a").number = 26  # type: ignore[misc]
    with pytest.raises(TypeError):
        made(number=26)  # type: ignore[call-arg]


def test_a_maker_makes_nothing_that_has_rules() -> None:
    """They would not be asked."""
    with pytest.raises(TypeError):
        maker(Host)
