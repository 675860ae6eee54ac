"""The errors that `derive` raises: one line each, naming the offence, the place and the remedy."""


def named(node: object) -> str:
    """A node of an expression with the name of its kind, which many nodes print themselves.

    >>> named(3), named("f(3)")
    ('int(3)', 'str(f(3))')
    """
    kind, text = type(node).__name__, str(node)
    return text if text.startswith(f"{kind}(") else f"{kind}({text})"


class DeriveError(Exception):
    """Every error that a user of `derive` can cause; the command line turns it into status 2."""


class DescriptionError(DeriveError):
    """A network description that is wrong, or that the theory does not cover."""


class DataError(DeriveError):
    """Data of the wrong shape, with entries that are not finite, or in an unreadable file."""


class ShapeError(DeriveError):
    """Matrices whose sizes do not fit together."""


class SizeError(DeriveError):
    """A problem that does not fit into the memory of the machine."""


class NoRule(DeriveError):
    """An operation met a node for which it has no rule."""


class RuleError(DeriveError):
    """A rewriting rule does not apply to the state that it was given."""


class CertificateError(DeriveError):
    """A step of a derivation failed its certificate."""


class SolveError(DeriveError):
    """A solver cannot start, or cannot go on, on the problem that it was given."""


class SamplingError(DeriveError):
    """A sampler cannot start, or its draws do not answer what is asked of them."""


class ClaimError(DeriveError):
    """A claim that cannot be read, or that is about nothing that there is."""
