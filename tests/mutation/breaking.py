"""Ways to break the result of a derivation rule: a factor, a sign, an index, a lost term."""

from dataclasses import replace

import sympy

from derive.algebra import build, nodes, rebuild

HEADS = sympy.Symbol("H_1", positive=True, integer=True)


def swap(kind, make):
    """Replace every node of a kind in an expression."""

    def change(expression):
        return rebuild(expression, lambda node: make(node) if type(node) is kind else None)

    return change


def swap_symbol(name, make):
    """Replace a size or variance, by its name."""

    def change(expression):
        return rebuild(
            expression,
            lambda n: make(n) if isinstance(n, sympy.Symbol) and n.name == name else None,
        )

    return change


def first_head(node):
    """H times the first block, where the trace over heads is due."""
    matrix, heads = node.args
    return build.scale(heads, build.block(matrix, 0, build.rows(node)))


def first_head_twice(node):
    """I (x) A with the first head counted twice."""
    return build.add(node, build.embed(node.args[0], 0, build.rows(node)))


def doubled(node):
    return build.scale(2, node)


def covariance_of(name, make):
    """Change the covariance of one Gaussian law."""

    def law(node):
        value, mean, covariance = node.args
        if str(value) != name:
            return node
        return nodes.LogNormal(value, mean, make(covariance))

    return swap(nodes.LogNormal, law)


def mean_of(name, make):
    def law(node):
        value, mean, covariance = node.args
        return nodes.LogNormal(value, make(mean), covariance) if str(value) == name else node

    return swap(nodes.LogNormal, law)


def without_term(place):
    """A sum without one of its terms."""

    def change(expression):
        terms = sympy.Add.make_args(expression)
        return sympy.Add(*terms[:place], *terms[place + 1 :])

    return change


def without_terms(found):
    def change(expression):
        return sympy.Add(*(t for t in sympy.Add.make_args(expression) if not found(t)))

    return change


def without_matrix_term(place):
    def change(matrix):
        terms = build.terms(matrix)
        return build.add(*(terms[:place] + terms[place + 1 :]))

    return change


def field(name, change):
    """Break one field of a rule's result."""
    return lambda rule: lambda *args: _changed(rule(*args), name, change)


def _changed(result, name, change):
    return replace(result, **{name: change(getattr(result, name))})


def items(name, change, only=None):
    """Break one field of every entry (or of entry `only`) in a tuple of named assignments."""

    def pairs(assignments):
        return tuple(
            (symbol, change(value) if only in (None, place) else value)
            for place, (symbol, value) in enumerate(assignments)
        )

    return field(name, pairs)


def each(change, only=None):
    """Break every expression in a tuple of expressions."""
    return lambda rule: (
        lambda *args: tuple(
            change(value) if only in (None, place) else value
            for place, value in enumerate(rule(*args))
        )
    )


def equation(name, change, only=None):
    """Break one field of the saddle equations."""

    def broken(entry):
        return entry if getattr(entry, name) is None else _changed(entry, name, change)

    return each(broken, only)


def chain_equation(name, change):
    return field("equations", lambda found: tuple(_changed(e, name, change) for e in found))


def of_weight(index, broken):
    """Break the rule for one weight or stream only."""
    return lambda rule: lambda state, k: (broken(rule) if k == index else rule)(state, k)


def with_power(state, stream, power):
    return state.but(body=state.body + power * build.logdet(state.notation.overlap(stream)))


def change_of(change, only=None):
    """Break the Hessian's change of every gradient, or of one."""

    def broken(changes):
        return tuple(change(c) if only in (None, k) else c for k, c in enumerate(changes))

    return field("changes", broken)


def along_own_stream(changes):
    """Each gradient's change, with the directions of the other streams left out."""
    directions = {g for change in changes for g in change.atoms(nodes.Overlap) if g.name[0] == "d"}
    by_name = {g.name: g for g in directions}
    own = [by_name[f"dG_{letter}"] for letter in ("1", "2", "a")]
    return tuple(
        rebuild(c, lambda n, kept=kept: build.subtract(n, n) if n in directions - {kept} else None)
        for c, kept in zip(changes, own, strict=True)
    )


def other_sign_of_change(kernel):
    """Minus the kernel of a direction; kernels of overlaps as they are."""
    direction = any(g.name[0] == "d" for g in kernel.args[0].atoms(nodes.Overlap))
    return build.scale(-1, kernel) if direction else kernel


def move_a_term(limit):
    """A term of the action that grows with the width is called dropped."""
    terms = sympy.Add.make_args(limit.action)
    term = next(t for t in terms if t.has(nodes.LogDet) and t.has(nodes.Overlap))
    return replace(limit, action=limit.action - term, dropped=limit.dropped - term / 2)


def shifted(chain):
    """A constant that should have left the action of a chain."""
    extra = sympy.Symbol("N_1", positive=True, integer=True) * sympy.log(HEADS)
    return replace(chain, action=chain.action + extra, shift=chain.shift - extra)
