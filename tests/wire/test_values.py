"""Values cross with their types, and compare with their types."""

from __future__ import annotations

import enum
import itertools
import math
import sys
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.wire.lines import Distrusted, Json, dumps, loads
from grader.wire.values import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_OF_ONE_HASH,
    Decoder,
    Encoder,
    Opaque,
    ReportEncoder,
    Token,
    TooLarge,
    TypedBool,
    TypedFloat,
    TypedInt,
    encode_inputs,
    revive,
)

hashable = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.binary(max_size=20)
)
plain = st.recursive(
    hashable,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.integers() | st.text(), inner, max_size=3)
    ),
    max_leaves=12,
).filter(lambda value: depth(value) <= MAX_DEPTH)


def depth(value: object) -> int:
    match value:
        case dict():
            return 1 + max([depth(item) for item in value.values()], default=0)
        case list() | tuple():
            return 1 + max(map(depth, value), default=0)
    return 0


def crossed(value: object, tokens: dict[int, str] | None = None) -> Any:
    """The value as a hidden test gets it."""
    return Decoder().decode(loads(dumps(Encoder(lambda each: (tokens or {}).get(id(each))).encode(value))))


# ---- across and back -------------------------------------------------------------------------------------------------


@given(plain)
def test_plain_data_comes_out_equal_and_reads_the_same(value: object) -> None:
    assert crossed(value) == value
    assert repr(crossed(value)) == repr(value)


@given(st.dictionaries(st.text(), plain, max_size=4))
def test_inputs_arrive_in_the_box_as_plain_python_of_the_same_types(inputs: dict[str, object]) -> None:
    arrived = revive(loads(dumps(encode_inputs(inputs))))

    assert repr(arrived) == repr(inputs)


def test_not_a_number_crosses_and_equals_nothing_as_ever() -> None:
    found = crossed(math.nan)

    assert math.isnan(found)
    assert found != found
    assert crossed([math.inf, -math.inf]) == [math.inf, -math.inf]


def test_an_object_that_the_scenario_named_crosses_as_its_token_wherever_it_is() -> None:
    thing = ValueError("x")

    assert crossed([thing, {"a": thing}], {id(thing): "thing"}) == [Token("thing"), {"a": Token("thing")}]


def test_a_token_is_no_text_and_a_text_no_token() -> None:
    assert crossed("boom") != Token("boom")
    assert Token("boom") != "boom"
    assert Token("boom") == Token("boom")
    assert Token("boom") != Token("bang")
    assert len({Token("a"), Token("a")}) == 1


# ---- liars -----------------------------------------------------------------------------------------------------------


class Int(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class Str(str):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class Always:
    __class__ = int  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1


class Point(NamedTuple):
    x: int


class One(enum.IntEnum):
    ONE = 1


class Meta(type):
    @property
    def __name__(cls) -> Any:
        raise RuntimeError("student code, run in the encoder")


class Sly(metaclass=Meta):
    pass


@pytest.mark.parametrize(
    "liar",
    [Int(1), Str("a"), Always(), Point(1), One.ONE, object(), {1}, 1j, bytearray(b"a"), len],
    ids=lambda liar: type(liar).__name__,
)
def test_anything_but_the_exact_built_in_types_is_opaque_and_equals_nothing(liar: object) -> None:
    found = crossed(liar)

    assert isinstance(found, Opaque)
    assert found.type_name == type(liar).__name__
    assert found not in (1, "a", (1,), {1}, crossed(liar))
    assert found == found


def test_the_name_of_a_type_is_asked_of_no_students_code() -> None:
    assert crossed(Sly()).type_name == "Sly"


def test_a_type_with_an_endless_name_is_cut() -> None:
    assert len(crossed(type("x" * 10_000, (), {})()).type_name) == 100


@pytest.mark.parametrize(
    ("value", "lookalikes"),
    [
        (1, [True, 1.0, "1", [1]]),
        (True, [1, 1.0]),
        (1.0, [1, True]),
        (0, [False, 0.0, None, ""]),
        (False, [0, 0.0, None, ""]),
        (0.0, [0, False]),
        ([1], [(1,), [True], [1.0]]),
        ((1,), [[1], (True,)]),
        ({"a": 1}, [{"a": True}, {"a": 1.0}]),
        ("a", [b"a", Token("a")]),
    ],
)
def test_what_python_takes_for_equal_is_not_if_the_types_differ(value: object, lookalikes: list[object]) -> None:
    found = crossed(value)

    assert found == value
    for other in lookalikes:
        assert found != other
        assert (found == other) is False  # __eq__ and __ne__ are two


def test_typed_numbers_are_found_in_sets_of_their_own_type() -> None:
    assert set(crossed([1, 2, 3])) == {1, 2, 3}
    assert crossed([1, 2]) != [True, 2]
    assert len({TypedInt(1), TypedBool(True), TypedFloat(1.0)}) == 3
    assert sorted(crossed([3, 1, 2])) == [1, 2, 3]


def test_a_typed_bool_is_as_true_as_it_was_and_says_so() -> None:
    assert crossed(True)
    assert not crossed(False)
    assert repr(crossed([True, False])) == "[True, False]"


# ---- too much --------------------------------------------------------------------------------------------------------


def test_a_value_may_have_so_many_parts_and_not_one_more() -> None:
    assert len(crossed([0] * (MAX_NODES - 1))) == MAX_NODES - 1
    with pytest.raises(TooLarge):
        crossed([0] * MAX_NODES)


def test_the_budget_is_for_everything_that_one_encoder_encodes() -> None:
    encoder = Encoder(lambda value: None)
    encoder.encode([0] * (MAX_NODES // 2))
    with pytest.raises(TooLarge):
        encoder.encode([0] * (MAX_NODES // 2))


def test_what_is_nested_too_deeply_or_in_itself_is_opaque_from_there_on() -> None:
    endless: list[object] = []
    endless.append(endless)
    found = crossed(endless)

    for _ in range(MAX_DEPTH):
        (found,) = found
    assert isinstance(found, Opaque)
    assert found.type_name == "list"


@pytest.mark.parametrize(
    "huge",
    [1 << 10**6, -(1 << 5000), "x" * 300_000, b"x" * 2_000_000],
    ids=["large", "negative", "text", "bytes"],
)
def test_a_huge_scalar_is_opaque(huge: object) -> None:
    assert isinstance(crossed(huge), Opaque)


def test_every_integer_that_is_encoded_can_be_read() -> None:
    largest = (1 << 1199) - 1

    assert crossed(largest) == largest
    assert crossed(-largest) == -largest
    assert isinstance(crossed(largest + 1), Opaque)


# ---- values of one hash ----------------------------------------------------------------------------------------------

MODULUS = sys.hash_info.modulus
"""Integers that differ by a multiple of this have one hash."""


@pytest.mark.parametrize(
    "hostile",
    [
        [number * MODULUS for number in range(12_000)],
        {number * MODULUS: 0 for number in range(1000)},
        [[number * MODULUS] for number in range(1000)],
        [{"a": ({"b": number * MODULUS},)} for number in range(1000)],
        [*itertools.islice(itertools.product((0, MODULUS), repeat=12), 1000)],
        dict.fromkeys(itertools.product((-1, -2), repeat=10)),
        [("a", (1.5, number * MODULUS)) for number in range(1000)],
    ],
    ids=["list", "keys", "lists", "deep", "tuples of two integers", "tuples of -1 and -2", "tuples in tuples"],
)
def test_values_of_one_hash_are_refused_when_there_are_many(hostile: object) -> None:
    """To put them into one dict or set takes a time that grows with the square of their number."""
    with pytest.raises(TooLarge, match="of one hash"):
        crossed(hostile)


def test_values_of_one_hash_are_counted_over_all_values_of_a_play() -> None:
    decoder = Decoder()
    for number in range(MAX_OF_ONE_HASH):
        decoder.decode(number * MODULUS)
    decoder.decode(0)

    with pytest.raises(TooLarge):
        decoder.decode(MAX_OF_ONE_HASH * MODULUS)


@pytest.mark.parametrize(
    "honest",
    [
        [1 << power for power in range(1199)],
        [2.0**power for power in range(-1074, 1024)],
        [7] * 5000,
        [(1, "a")] * 5000,
        [-1, -2] * 5000,
        {(x, y): 0 for x in range(-50, 50) for y in range(-50, 50)},
        [math.factorial(number) for number in range(170)],
        [True, 1, 1.0, False, 0, 0.0],
    ],
    ids=["powers of two", "floats", "one value", "one tuple", "-1 and -2", "a grid", "factorials", "kinds"],
)
def test_no_honest_values_are_taken_for_hostile_ones(honest: object) -> None:
    assert crossed(honest) == honest


def test_more_parts_than_an_encoder_writes_are_distrusted() -> None:
    with pytest.raises(Distrusted, match="more parts"):
        Decoder().decode([0] * (MAX_NODES + 1))


# ---- with distrust ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"x": 1},
        {"k": 1},
        {"k": "a", "t": []},
        {"t": {}},
        {"t": [], "extra": None},
        {"b": "\u0100"},
        {"b": 1},
        {"f": "1"},
        {"f": 1.0},
        {"f": "nan", "k": "a"},
        {"o": None},
        {"d": [[1]]},
        {"d": [[1, 2, 3]]},
        {"d": {"a": 1}},
        {"d": [[[], 1]]},
        {"d": [[{"d": []}, 1]]},
        [{"x": 1}],
    ],
)
def test_what_no_encoder_writes_is_distrusted(forged: Any) -> None:
    with pytest.raises(Distrusted):
        Decoder().decode(forged)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ktdbfox"), inner, max_size=2),
    max_leaves=10,
)


@given(json_like)
def test_any_json_is_a_value_or_distrusted_and_nothing_else(document: Any) -> None:
    try:
        Decoder().decode(document)
    except Distrusted:
        pass


# ---- what is shown and never compared --------------------------------------------------------------------------------


@dataclass
class Winner:
    index: int
    value: object


def test_the_fields_of_a_dataclass_cross_to_be_shown_and_equal_nothing() -> None:
    encoded = ReportEncoder(lambda value: None).encode([Winner(1, ("fast",))])
    (decoded,) = Decoder().decode(encoded)  # type: ignore[misc]

    assert encoded == [{"r": ["Winner", [["index", 1], ["value", {"t": ["fast"]}]]]}]
    assert decoded == decoded
    assert decoded != Decoder().decode(encoded[0])  # type: ignore[index]


def test_a_dataclass_crosses_by_name_alone_where_values_are_compared() -> None:
    assert Encoder(lambda value: None).encode(Winner(1, 2)) == {"o": "Winner"}


def test_a_dataclass_inside_itself_is_cut_off() -> None:
    winner = Winner(0, None)
    winner.value = winner

    assert str(ReportEncoder(lambda value: None).encode(winner)).count("'r'") == MAX_DEPTH


@pytest.mark.parametrize("fields", [1, [1], [[1, 2]], [["index"]]])
def test_a_record_of_another_shape_is_distrusted(fields: Json) -> None:
    with pytest.raises(Distrusted):
        Decoder().decode({"r": ["Winner", fields]})


def test_the_digits_of_an_integer_count_as_text_where_it_is_to_be_shown() -> None:
    assert ReportEncoder(lambda value: None, text=10).encode(10**9) == 10**9
    with pytest.raises(TooLarge):
        ReportEncoder(lambda value: None, text=10).encode(10**20)
