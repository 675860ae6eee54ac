"""Sums over replicas, and moments of n replicas, before any ansatz.

Replicas are counted by two bound symbols, a and b.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra.nodes import Scalar

N = sympy.Symbol("n", real=True)
"""The number of replicas."""
FIRST = sympy.Symbol("a", integer=True)
SECOND = sympy.Symbol("b", integer=True)


class Entry(Scalar):
    """What belongs to one replica, or to two: Q_ab, m_a, x_a. Args: the symbol, the replicas."""

    @property
    def symbol(self) -> Any:
        """Without its replicas."""
        return self.args[0]

    @property
    def replicas(self) -> tuple[Any, ...]:
        """Its replicas."""
        return tuple(self.args[1:])


class ReplicaSum(Scalar):
    """The sum over the replicas a of what stands in it."""

    @property
    def free_symbols(self) -> set[Any]:
        """What it depends on."""
        return super().free_symbols - {FIRST}


class PairSum(Scalar):
    """The sum over all ordered pairs of replicas a, b, equal ones included."""

    @property
    def free_symbols(self) -> set[Any]:
        """What it depends on."""
        return super().free_symbols - {FIRST, SECOND}


class SiteMoment(Scalar):
    """ln E_t int prod_a dmu(x_a) exp(...); args: the exponent, measures of x, of the attributes."""


class FieldMoment(Scalar):
    """ln E over fields (u, h_1 .. h_n) of prod_a w(h_a), labels drawn from their law.

    Args: w, the fields of one replica h, those of the teacher u, their covariance, the labels.
    The covariance is a matrix over (u, h), row by row: of two u a number, of u and h an entry of
    one replica, of two h an entry of two.
    """


def single(symbol: Any) -> Entry:
    """Of replica a."""
    return Entry(symbol, FIRST)


def double(symbol: Any) -> Entry:
    """Of the replicas a and b."""
    return Entry(symbol, FIRST, SECOND)


def other(symbol: Any) -> Entry:
    """Of replica b."""
    return Entry(symbol, SECOND)


__all__ = [
    "FIRST",
    "SECOND",
    "Entry",
    "FieldMoment",
    "N",
    "PairSum",
    "ReplicaSum",
    "SiteMoment",
    "double",
    "other",
    "single",
]
