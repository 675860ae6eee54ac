"""Theories of disorder typed in by hand, to hold the runtime of generated modules against."""

import numpy as np
from scipy import special

from derive.theories.disorder.module.runtime.field_integral import field_integral
from derive.theories.disorder.module.runtime.quadrature import gaussian_nodes
from derive.theories.disorder.module.runtime.special import (
    hazard,
    hazard_slope,
    log_tail,
    log_two_cosh,
)


class SherringtonKirkpatrick:
    """In a field h, at inverse temperature beta; x = (q,)."""

    def __init__(self, beta, field=0.0):
        self.beta, self.field = beta, field

    def nodes(self, q, refine=1):
        root = np.sqrt(max(q, 1e-300))
        return gaussian_nodes((-self.field / root,), (1 / (self.beta * root),), refine=refine)

    def average(self, q, function, refine=1):
        z, weight = self.nodes(q, refine)
        return float(weight @ function(self.beta * (np.sqrt(q) * z + self.field)))

    def update(self, x):
        return np.array([self.average(x[0], lambda field: np.tanh(field) ** 2)])

    def free_entropy(self, x, refine=1):
        energy = 0.25 * self.beta**2 * (1 - x[0]) ** 2
        return energy + self.average(x[0], log_two_cosh, refine)

    def replicon(self, x):
        curved = self.average(x[0], lambda field: np.cosh(np.minimum(abs(field), 300)) ** -4.0)
        return 1 - self.beta**2 * curved

    @staticmethod
    def feasible(x):
        return 0 <= x[0] <= 1


class BinaryPerceptron:
    """Weights +-1 that store random labels with a margin; x = (q,)."""

    feasible = staticmethod(SherringtonKirkpatrick.feasible)

    def __init__(self, alpha, kappa=0.0):
        self.alpha, self.kappa = alpha, kappa

    def arguments(self, q):
        z, weight = gaussian_nodes((self.kappa / np.sqrt(q),), (np.sqrt((1 - q) / q),))
        return (self.kappa - np.sqrt(q) * z) / np.sqrt(1 - q), weight

    def conjugate(self, q):
        argument, weight = self.arguments(q)
        return self.alpha * float(weight @ hazard(argument) ** 2) / (1 - q)

    def update(self, x):
        root = np.sqrt(self.conjugate(x[0]))
        z, weight = gaussian_nodes((0.0,), (1 / root,))
        return np.array([weight @ np.tanh(root * z) ** 2])

    def free_entropy(self, x):
        q, conjugate = x[0], self.conjugate(x[0])
        argument, first = self.arguments(q)
        z, second = gaussian_nodes((0.0,), (1 / np.sqrt(conjugate),))
        site = second @ log_two_cosh(np.sqrt(conjugate) * z)
        return -0.5 * conjugate * (1 - q) + site + self.alpha * (first @ log_tail(argument))

    def replicon(self, x):
        q, conjugate = x[0], self.conjugate(x[0])
        argument, first = self.arguments(q)
        z, second = gaussian_nodes((0.0,), (1 / np.sqrt(conjugate),))
        root = np.sqrt(conjugate)
        sites = second @ np.cosh(root * z) ** -4.0
        return 1 - self.alpha * (first @ hazard_slope(argument) ** 2) / (1 - q) ** 2 * sites


class BinaryTeacher(BinaryPerceptron):
    """A student +-1 of a teacher +-1, Bayes-optimal at temperature 0; q = m."""

    def arguments(self, q):
        z, weight = gaussian_nodes((0.0,), (np.sqrt((1 - q) / q),))
        argument = -np.sqrt(q / (1 - q)) * z
        return argument, 2 * weight * np.exp(log_tail(argument))

    def update(self, x):
        conjugate = self.conjugate(x[0])
        root = np.sqrt(conjugate)
        z, weight = gaussian_nodes((-root,), (1 / root,))
        return np.array([weight @ np.tanh(root * z + conjugate)])

    def free_entropy(self, x):
        q, conjugate = x[0], self.conjugate(x[0])
        argument, first = self.arguments(q)
        root = np.sqrt(conjugate)
        z, second = gaussian_nodes((-root,), (1 / root,))
        site = second @ log_two_cosh(root * z + conjugate)
        return -0.5 * conjugate * (1 + q) + site + self.alpha * (first @ log_tail(argument))


class Hopfield:
    """Retrieval of one pattern of alpha N, self-couplings kept; x = (m, q)."""

    def __init__(self, beta, alpha):
        self.beta, self.alpha = beta, alpha

    def update(self, x):
        m, q = x
        root = np.sqrt(self.alpha * q) / (1 - self.beta * (1 - q))
        z, weight = gaussian_nodes((-m / root,), (1 / (self.beta * root),))
        field = self.beta * (m + root * z)
        rest = weight @ np.cosh(np.minimum(abs(field), 300)) ** -2.0
        return np.array([weight @ np.tanh(field), 1 - rest])

    def feasible(self, x):
        m, q = x
        return 0 <= q < 1 and self.beta * (1 - q) < 1 and m * m <= q * (1 + 1e-9)


class Ridge:
    """Linear regression at inverse temperature beta, with the field's integral done numerically.

    Labels u + noise, u = teacher's field of norm rho; x = (m, q, V).
    """

    def __init__(self, beta, alpha, penalty, noise, rho):
        self.beta, self.alpha, self.penalty, self.noise, self.rho = beta, alpha, penalty, noise, rho

    def update(self, x):
        m, q, variance = x
        z, weight = gaussian_nodes()
        rest = self.rho - m * m / q
        average = weighted = curved = 0.0
        for part, share in zip(*np.polynomial.hermite_e.hermegauss(2), strict=True):
            share = share / np.sqrt(2 * np.pi)
            # squares of what is Gaussian given omega are averaged: two nodes are exact
            omega = np.sqrt(q) * z
            y = m / q * omega + np.sqrt(rest + self.noise) * part
            found = field_integral(
                lambda h, y: -0.5 * self.beta * (y - h) ** 2, omega, variance, (y,)
            )
            average += share * (weight @ found.slope**2)
            curved -= share * (weight @ found.curvature)
            weighted += share * (weight @ (found.slope * (y - m / q * omega)))
        conjugate, precision = self.alpha * average, self.alpha * curved
        teacher = self.alpha * weighted / (rest + self.noise)
        total = self.beta * self.penalty + precision
        found = teacher * self.rho / total
        return np.array([found, (teacher**2 * self.rho + conjugate) / total**2, 1 / total])

    def feasible(self, x):
        m, q, variance = x
        return q > 0 and variance > 0 and m * m <= q * self.rho


class Logistic:
    """Penalised logistic regression of the sign of a teacher's field; x = (m, q, beta V)."""

    def __init__(self, beta, alpha, penalty, rho):
        self.beta, self.alpha, self.penalty, self.rho = beta, alpha, penalty, rho

    def update(self, x):
        m, q, chi = x
        rest = np.sqrt(self.rho - m * m / q)
        z, weight = gaussian_nodes((0.0,), (rest * np.sqrt(q) / m,))
        found = field_integral(
            lambda h: -self.beta * np.logaddexp(0.0, -h), np.sqrt(q) * z, chi / self.beta,
            log_slope=lambda h: self.beta * special.expit(-h),
        )  # fmt: skip
        # both labels are alike; the teacher agrees with probability H(argument)
        argument = -m / np.sqrt(q) * z / rest
        agrees = 2 * weight * np.exp(log_tail(argument))
        density = 2 * weight * np.exp(-(argument**2) / 2) / np.sqrt(2 * np.pi) / rest
        conjugate = self.alpha * (agrees @ found.slope**2)
        total = self.beta * self.penalty - self.alpha * (agrees @ found.curvature)
        teacher = self.alpha * (density @ found.slope)
        square = teacher**2 * self.rho + conjugate
        return np.array([teacher * self.rho / total, square / total**2, self.beta / total])

    def feasible(self, x):
        m, q, chi = x
        return chi > 0 and m > 0 and m * m < q * self.rho
