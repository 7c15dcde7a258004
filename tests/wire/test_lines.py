"""Lines from the box: what our own code writes comes through unchanged, everything else is refused."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.wire import lines
from grader.wire.lines import MAX_INTEGER_DIGITS, MAX_LINE, MAX_NESTING, Distrusted, decode, dumps, loads, rest_of_line

scalars = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**300), max_value=10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters())  # lone surrogates too
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20
)


@given(documents)
def test_every_document_comes_back_as_it_was_with_the_types_it_had(document: object) -> None:
    assert repr(loads(dumps(document))) == repr(document)


@given(documents)
def test_a_document_is_one_line_of_ascii(document: object) -> None:
    line = dumps(document)

    assert line.isascii()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


@given(documents)
def test_what_the_trusted_side_writes_is_read_in_the_box_as_it_was(document: object) -> None:
    assert repr(decode(dumps(document))) == repr(document)


@given(st.binary())
def test_arbitrary_bytes_are_a_document_or_distrusted_and_nothing_else(line: bytes) -> None:
    try:
        document = loads(line)
    except Distrusted:
        return
    assert loads(dumps(document)) == document


@given(st.text(st.sampled_from('{}[]",:0123456789.eE+-truefalsn\\u \n'), max_size=60))
def test_what_nearly_is_json_is_a_document_or_distrusted_and_nothing_else(text: str) -> None:
    try:
        document = loads(text.encode())
    except Distrusted:
        return
    assert json.loads(text) == document


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"1 2",
        b"{} {}",
        b'"abc',
        b"[1,]",
        b"{'a': 1}",
        b'"\xc3\xa4"',  # UTF-8, and our own code escapes
        b"\xff\xfe1\x00",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"[1e999]",
        b"-1e999",
        b'{"a": 1, "a": 1}',
        b'[{"b": {"a": 1, "\\u0061": 2}}]',
    ],
)
def test_what_our_own_code_would_not_write_is_distrusted(line: bytes) -> None:
    with pytest.raises(Distrusted):
        loads(line)


def test_an_integer_may_have_so_many_digits_and_not_one_more() -> None:
    assert loads(b"9" * MAX_INTEGER_DIGITS) == int("9" * MAX_INTEGER_DIGITS)
    with pytest.raises(Distrusted):
        loads(b"9" * (MAX_INTEGER_DIGITS + 1))


def test_documents_may_nest_so_deep_and_not_one_level_more() -> None:
    deep = b"[" * MAX_NESTING + b"]" * MAX_NESTING

    assert loads(deep)
    with pytest.raises(Distrusted):
        loads(b"[" + deep + b"]")
    with pytest.raises(Distrusted):
        loads(b'{"a":' * (MAX_NESTING + 1) + b"1" + b"}" * (MAX_NESTING + 1))


def test_a_bomb_of_nesting_is_distrusted_and_no_crash() -> None:
    with pytest.raises(Distrusted):
        loads(b"[" * 1_000_000)


def test_a_line_may_be_so_long_and_not_one_byte_longer() -> None:
    line = b'"' + b"x" * (MAX_LINE - 2) + b'"'

    assert loads(line) == "x" * (MAX_LINE - 2)
    with pytest.raises(Distrusted):
        loads(line + b"\n")


def test_a_line_that_comes_in_pieces_is_read_to_its_end_and_one_that_has_none_is_empty() -> None:
    pieces = [b"lin", b"e\n"]

    assert rest_of_line(lambda size: pieces.pop(0), b"a ") == b"a line\n"
    assert pieces == []
    assert rest_of_line(lambda size: b"", b"half a line") == b""


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_could_not_be_read_is_not_written(value: float) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the sentence is Python's
        dumps([value])


def test_a_refusal_does_not_repeat_what_it_refuses() -> None:
    with pytest.raises(Distrusted) as caught:
        loads(b'{"<script>": "<script>", "<script>": 1}')

    assert "script" not in str(caught.value)


def test_a_json_module_taken_apart_by_a_submission_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dumps", "loads", "JSONEncoder", "JSONDecoder"):
        monkeypatch.setattr(lines.json, name, None)
    for name in ("c_make_encoder", "encode_basestring_ascii", "JSONEncoder"):
        monkeypatch.setattr(json.encoder, name, None)
    for name in ("raw_decode", "decode"):
        monkeypatch.setattr(json.decoder.JSONDecoder, name, None)

    assert decode(dumps({"a": [1]})) == {"a": [1]}


def test_the_methods_of_an_encoder_may_be_replaced_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("encode", "iterencode", "default"):
        monkeypatch.setattr(json.JSONEncoder, name, lambda *args, **options: '{"result": 1}')

    assert dumps(["\ud800", 1.5, None]) == b'["\\ud800",1.5,null]\n'


def test_what_is_no_json_is_not_written() -> None:
    with pytest.raises(TypeError, match="set is no JSON"):
        dumps({"a": {1}})
