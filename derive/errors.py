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


COUNTED = "layers are counted from 1, the first is layers[1]"


class DescriptionError(DeriveError):
    """A network description that is wrong, or that the theory does not cover.

    Where the message gives a layer's place, it says from where layers are counted.

    >>> print(DescriptionError("layers[2].width: it is missing; give one"))
    layers[2].width: it is missing; give one (layers are counted from 1, the first is layers[1])
    """

    def __str__(self) -> str:
        message = super().__str__()
        plain = "layers[" not in message or COUNTED in message
        return message if plain else f"{message} ({COUNTED})"


class DataError(DeriveError):
    """Data of the wrong shape, with entries that are not finite, or in an unreadable file."""


class ArgumentError(DeriveError, TypeError):
    """A function was given something else than it takes."""


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
