"""Texts that are put together from constants are worked out without running anything, and in little time."""

from __future__ import annotations

import pytest

from tests.policy.reading_samples import program


@pytest.mark.parametrize(
    "expression",
    [
        "'dead' + 'line'",
        "'de' 'ad' + 'line'",
        "''.join(['dead', 'line'])",
        "str.join('', ('dead', 'line'))",
        "''.join(('d', *'eadline'))",
        "'%s%s' % ('dead', 'line')",
        "'dead%s' % 'line'",
        "'{}{}'.format('dead', 'line')",
        "'{1}{0}'.format('line', 'dead')",
        "f'{\"dead\"}line'",
        "'enildaed'[::-1]",
        "'xdeadlinex'[1:-1]",
        "''.join(reversed('enildaed'))",
        "''.join(['enil', 'daed'])[::-1]",
        "b'deadline'.decode()",
        "(b'dead' + b'line').decode('ascii')",
        "bytes([100, 101, 97, 100, 108, 105, 110, 101]).decode()",
        "str(b'deadline', 'ascii')",
        "bytes.fromhex('646561646c696e65').decode()",
        "chr(100) + 'eadline'",
        "''.join(map(chr, (100, 101, 97, 100, 108, 105, 110, 101)))",
        "''.join(chr(n) for n in [100, 101, 97, 100, 108, 105, 110, 101])",
        "''.join([chr(n - 1) for n in (101, 102, 98, 101, 109, 106, 111, 102)])",
        "'DEADLINE'.lower()",
        "'d-e-a-d-l-i-n-e'.replace('-', '')",
        "''.join('d e a d l i n e'.split())",
        "'_deadline_'.strip('_')",
        "'dead' + (rest := 'line')",
        "HALF + 'line'",
        "HALF + OTHER",
    ],
)
def test_a_text_put_together_from_constants_is_known(expression: str) -> None:
    read = program(f"HALF = 'dead'\nOTHER = 'li' + 'ne'\nx = {expression}\n")

    assert "deadline" in [text for _, text in read.texts.put_together()]


@pytest.mark.parametrize(
    "source",
    [
        "x = 'dead' + line",
        "half = 'dead'\nhalf = other\nx = half + 'line'",
        "def f(half='dead'):\n    return half + 'line'",
        "x = ['dead', 'line'][0]",
        "x = '%999999999s' % 'a'",
        "x = '{:999999999}'.format('a')",
        "x = 'a' * 999999999",
        "x = f'{1:999999999}'",
        "x = 'a'[0:1:0]",
        "x = bytes([999]).decode()",
        "x = chr(-1) + chr(99999999)",
        "x = '%d' % 'a'",
        "x = '{5}'.format('a')",
        "x = 'a'.removeprefix('a', 'b')",
        "x = ''.join([1, 2])",
    ],
)
def test_what_is_not_constant_or_would_be_huge_stays_unknown(source: str) -> None:
    texts = [text for _, text in program(source).texts.put_together()]

    assert "deadline" not in texts
    assert all(len(text) <= 200 for text in texts)


def test_tuples_of_tuples_take_no_time() -> None:
    """Written out, the last one would have more parts than the universe has atoms."""
    source = "a0 = ('x',) * 200\n" + "".join(f"a{number + 1} = (a{number},) * 200\n" for number in range(50))

    assert program(f"{source}x = '%s' % a50\ny = ''.join(a50)\n").texts.put_together() == []
