"""The names that a cell reads, binds and may change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qcourse.course.names import analyse, bound, defined


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("x = net", "net"),
        ("x = x + 1", "x"),
        ("x += 1", "x"),
        ("x = 0\nx += 1", ""),
        ("del x", "x"),
        ("net.weight = 0", "net"),
        ("net['weight'] = w", "net w"),
        ("a, (b, *c) = z\na, b, c", "z"),
        ("f(model=net, *more, **options)", "f net more options"),
        ("print(f'{x!r:{w}}')", "print x w"),
        ("for i in r:\n    i, y", "r y"),
        ("for i in r:\n    y = i\ny", "r y"),  # it may not run once
        ("if a:\n    x = 1\nelif b:\n    x = 2\nx", "a b x"),
        ("while (n := g()) < 3:\n    n", "g"),
        ("with open(p) as f:\n    f.read()", "open p"),
        ("try:\n    x\nexcept E as e:\n    e\nelse:\n    y\nfinally:\n    z", "x E y z"),
        ("match v:\n    case [k]:\n        w", "v w"),
        ("if a:\n    x = 1\nelse:\n    x", "a x"),
        ("try:\n    x = 1\nexcept E:\n    x", "E x"),
        ("with f as f:\n    f", "f"),
        ("for i in i:\n    i", "i"),
        ("if a and (n := b):\n    n\nelse:\n    n", "a b n"),
        ("[k * i for i in r if i > low]", "k r low"),
        ("[x for x in x]", "x"),
        ("[a for a in b for b in c]", "b c"),
        ("[(m := i) for i in r]\nm", "r m"),
        ("{i async for i in r}", "r"),
        ("{a: b for a, b in pairs}", "pairs"),
        ("f = lambda u: u + v", "v"),
        ("def f(k=lambda u: u):\n    return u", "u"),
        ("def f():\n    k = 1\n    def g():\n        nonlocal k\n        k += 1", ""),
        ("def f():\n    k = 1\n    def g():\n        global k\n        k += 1", "k"),
        ("def f(x):\n    class A:\n        y = x + z\n    return A, [x for _ in y]", "z y"),
        ("def f(a, b=c):\n    d = a\n    return d + e", "c e"),
        ("def f(n):\n    return f(n - 1)", ""),
        ("def f():\n    return net\nf()\nnet = 1", "net"),
        ("def f():\n    global n\n    n += 1", "n"),
        ("class A(B):\n    z = w\n    def m(self):\n        return self.q + net", "B w net"),
        ("@wrap\ndef f(): ...", "wrap"),
        ("import numpy.linalg, os as o\nnumpy, o", ""),
        ("async def f():\n    await g()", "g"),
        ("%time train(net)", "time train net"),
        ("x = '\\d'", ""),
        ("x = '\0'", "x"),
    ],
)
def test_the_names_that_a_cell_reads(source, reads):
    assert analyse(source).reads == set(reads.split())


@pytest.mark.parametrize(
    ("source", "binds"),
    [
        ("x = y = z", "x y"),
        ("a, (b, *c) = z", "a b c"),
        ("import a.b, c as d\nfrom e import f as g", "a d g"),
        ("from e import *", "*"),
        ("x: int = 1\ny: int", "x"),
        ("async def f(): ...", "f"),
        ("%time x = 1", "time x *"),
        ("def f(): x = 1", "f"),
        ("class A:\n    z = 1", "A"),
        ("x += 1", ""),
        ("x.y = x[0] = 1", ""),
        ("if a:\n    x = 1", ""),
        ("for x in y: pass", ""),
    ],
)
def test_the_names_that_a_cell_surely_binds(source, binds):
    assert analyse(source).binds == set(binds.split())


@pytest.mark.parametrize(
    "source",
    [
        "net.eval()",
        "train(net)",
        "train(model=net)",
        "train(*[net])",
        "net.weight = 0",
        "net[0] = 0",
        "net += 1",
        "parts = [net.linear1]\nparts[0].reset()",
        "for part in net: part.reset()",
        "del net",
        "%time train(net)",
    ],
)
def test_what_a_cell_may_change(source):
    assert "net" in analyse(source).changes


@given(st.text(max_size=40) | st.text("()[]{}:=x\n \\'%", max_size=40))
def test_any_text_has_names(source):
    assert len(analyse(source)) == 3


@pytest.mark.parametrize("source", ["(" * 10_000, "-" * 100_000 + "1", "x" + ".a" * 20_000])
def test_a_text_that_is_too_deep_for_the_parser_has_names(source):
    assert len(analyse(source)) == 3


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("if a:\n    x = 1\nfor i, *j in r: pass", "x i j"),
        ("with f() as g: import os.path", "g os"),
        ("try: pass\nexcept E as e: pass", "e"),
        ("match v:\n    case {'k': [a, *b], **c}: pass\n    case str() as d: pass", "a b c d"),
        ("def f():\n    x = 1\nclass A:\n    y = 1\n[z for z in r]", "f A"),
        ("def f(:\n    x = 1\nclass A: pass", "f A"),
        ("%load_ext autoreload\nimport numpy as np\nfiles = !ls", "np files"),
        ("%%time\nx = 1", ""),
    ],
)
def test_the_names_that_a_cell_may_bind(source, names):
    assert bound(source) == set(names.split())


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a.b as c\ndef f(): ...\nx = 1\nif y: import z", "c f"),
        ("%run a.py", ""),
        ("%matplotlib inline\nimport z", "z"),
    ],
)
def test_the_names_that_a_cell_imports_or_defines(source, names):
    assert defined(source) == set(names.split())
