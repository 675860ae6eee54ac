"""The solver and the predictor of a generated module, as text that no derivation changes."""

SOLVE = '''{digits}


def gradient(overlaps: tuple[Array, ...], problem: Problem) -> tuple[Array, ...]:
    """dS/dG_s, symmetric: dS = sum_s tr(gradient_s dG_s)."""
    return action_and_gradient(overlaps, problem)[1]


def hessian_vector_product(
    overlaps: tuple[Array, ...], directions: tuple[Array, ...], problem: Problem
) -> tuple[Array, ...]:
    """The change of the gradient along symmetric directions dG_s."""
    return hessian_product(overlaps, problem)(directions)


@guarded
def hessian_spectrum(solution: Solution) -> Spectrum:
    """Stiff and sloppy directions at a solution: the Hessian's spectrum in whitened coordinates."""
    overlaps, problem = solution.overlaps, solution.problem
    with blas_threads(problem.attended.shape):
        return spectrum(overlaps, curvature(overlaps, problem))


def saddle_residual(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """max_s |G_s - right-hand side|_F / |G_s|_F over the saddle-point equations."""
    right = saddle_right_hand_side(overlaps, problem)
    pairs = zip(overlaps, right, strict=True)
    return max(float(np.linalg.norm(g - r) / np.linalg.norm(g)) for g, r in pairs)


@guarded
def solve(
    attended: Any,
    labels: Array,
    *,{depth_arguments}
    widths: Any,
    variances: Any,
    temperature: float,
    heads: tuple[int, ...] | None = HEADS,
    start: tuple[Array, ...] | None = None,
    continuation: bool = False,
    tolerance: float = 1e-10,
) -> Solution:
    """Find the saddle point: the lowest minimum of the action over positive definite overlaps.

    Every start from which the labels could be explained is followed; `others` of the solution are
    the other minima that were found.
{closing}
    Args:
{data}
{depths}{widths}
{variances}
        temperature: Variance of the label noise; zero is allowed for a kernel of full rank.
{heads}
        start: Order parameters to start from, and from nowhere else.
        continuation: Go down to the widths in steps, from a thousand times wider.
        tolerance: Bound on the relative gradient.

    Raises:
        ValueError: Data, parameters or start do not fit, or the kernel is singular.
    """
{made}
    with blas_threads(problem.attended.shape):
        wide, inner = infinite_width(problem), inside(problem)
        first = wide if start is None else _checked_start(start, problem)
        refuse_singular(first, problem)
        if start is None:
            found = _minima(problem, tolerance, continuation)
        else:
            points = [_continued(first, inner)] if continuation else [first]
            found = _descended(points, problem, tolerance)
    if not found:
        raise np.linalg.LinAlgError("the overlaps of no start are positive definite")
    return lowest_minimum(found, wide[0], lambda point: height(point.overlaps, problem))


def _minima(problem: Problem, tolerance: float, continuation: bool) -> list[Solution]:
    """Solutions from the minima along rays of prior overlaps, and from displaced problems."""
    inner, wide = inside(problem), infinite_width(problem)
    prior = Prior(inner, infinite_width)
    known = rays(prior, lambda overlaps: kernel(overlaps, inner.attended, inner))
    points = [_continued(wide, inner)] if continuation else []
    found = _descended([*points, *ray_starts(prior, known)], problem, tolerance)
    if not any(solution.converged for solution in found):
        found += _descended([wide, _continued(wide, inner)], problem, tolerance)
    if found and any(len(overlap) > 1 for overlap in wide):
        _add_distant(found, prior, known[0], problem, tolerance)
    return found


def _add_distant(
    found: list[Solution], prior: Prior, ray: Ray, problem: Problem, tolerance: float
) -> None:
    """Add minima that no ray leads to, where some may be: see `displaced_start`, `BROKEN`."""
    inner = prior.problem
    lowest = min(found, key=lambda point: height(point.overlaps, problem)).overlaps
    with suppress(np.linalg.LinAlgError):
        dual = cholesky_solve(cholesky(labels_covariance(lowest, inner)), inner.labels)
        # What the labels could bring pays for growth by a factor of three, or it does not.
        if float(inner.labels @ dual) > min(inner.widths):
            stronger, start = displaced_start(prior, ray)
            start = approach(start, *_functions(stronger), COARSE, TOWARDS)
            _add_below(found, start, problem, tolerance)
    if prior.is_branched() and max(prior.spread(point.overlaps[0]) for point in found) > BROKEN:
        vain = 0
        for start in scattered_starts(prior, affordable(inner.attended.shape)):
            vain = 0 if _add_below(found, start, problem, tolerance) else vain + 1
            if vain == VAIN:
                break


def _add_below(
    found: list[Solution], start: tuple[Array, ...], problem: Problem, tolerance: float
) -> bool:
    """Add the minimum below a point, if it is not among those that were found."""
    with suppress(np.linalg.LinAlgError):
        inner, width = inside(problem), min(problem.widths)
        minima = [(point.overlaps[0], action(point.overlaps, inner)) for point in found]
        near = approach(
            start, *_functions(inner), COARSE,
            until=lambda point, value: runs_into(point, value, minima, width),
        )  # fmt: skip
        known = runs_into(near, action(near, inner), minima, width)
        if not known and not is_near(near, found):
            added = _descended([near], problem, tolerance)
            new = any(not is_near(point.overlaps, found) for point in added)
            found += added
            return new
    return False


def _continued(overlaps: tuple[Array, ...], problem: Problem) -> tuple[Array, ...]:
    """Near the saddle point, by steps in width from a thousand times wider."""
    for scale in (1e3, 1e2, 30.0, 10.0, 3.0):
        wider = problem._replace(widths=tuple(scale * width for width in problem.widths))
        overlaps, _ = minimise(overlaps, *_functions(wider), 1e-6)
    return overlaps


def _descended(
    points: list[tuple[Array, ...]], problem: Problem, tolerance: float
) -> list[Solution]:
    """The solutions below some points; a point from which the descent breaks off has none."""
    inner, found = inside(problem), []
    for point in points:
        try:
            overlaps, reason, below = descend(
                point, *_functions(inner), tolerance, _closed(inner),
                lambda overlaps: hidden_gradient(overlaps, inner),
            )  # fmt: skip
            if not EXPLICIT and max(inner.widths) > min(inner.widths):
                # where streams move together, a wide one's gradient moves a narrow one
                least = (min(inner.widths),) * len(inner.widths)
                overlaps, _ = newton(overlaps, *_functions(inner), tolerance, least)
        except np.linalg.LinAlgError:
            continue
        found.append(_solution(overlaps, problem, reason, below, tolerance))
    return found


def hidden_gradient(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """The relative gradient that widths may hide from float64."""
    priors = prior_sizes(overlaps, problem)
    return NOISE * widths_rounding(overlaps, priors, problem.widths, readers(problem))


def height(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """What tells minima apart: S without what lies outside the span of the attended inputs."""
    return action_beyond_prior(overlaps, inside(problem))


def gradient_rounding(
    overlaps: tuple[Array, ...], priors: tuple[Array, ...], problem: Problem, lost: float
) -> Rounding:
    """What rounding leaves of the relative gradient, where terms have the sizes of priors.

    Args:
        overlaps: G_s.
        priors: The sizes.
        problem: Data and parameters.
        lost: How many times rounding the labels' covariance makes it: see `digits_lost`.
    """
    labels = labels_rounding(overlaps[0], priors[0], lost, problem)
    above = widths_rounding(overlaps, priors, problem.widths, readers(problem))
    return Rounding(above, labels, overlaps_rounding(overlaps), EXPLICIT)


def _checked_start(start: Any, problem: Problem) -> tuple[Array, ...]:
    """Order parameters of the right sizes, symmetric and positive definite, or ValueError."""
    sizes = [len(point) for point in infinite_width(problem)]
    needed = ", ".join(f"{{size}} x {{size}}" for size in sizes)
    refusal = f"start: give symmetric positive definite matrices, {{needed}}, lowest stream first"
    try:
        overlaps = tuple(real_array("start", overlap) for overlap in start)
        for overlap, size in zip(overlaps, sizes, strict=True):
            if overlap.shape != (size, size) or not np.allclose(overlap, overlap.T):
                raise ValueError(refusal)
            np.linalg.cholesky(overlap)
    except (TypeError, ValueError, np.linalg.LinAlgError):
        raise ValueError(refusal) from None
    return overlaps


def _functions(problem: Problem) -> tuple[Any, ...]:
    """Widths, action with gradient, and Hessian products, as the minimiser wants them."""
    return (
        problem.widths,
        lambda overlaps: action_and_gradient(overlaps, problem),
        lambda overlaps: curvature(overlaps, problem),
    )


def curvature(overlaps: tuple[Array, ...], problem: Problem) -> Curvature:
    """The Hessian at G_s: its products with directions, and its matrix."""
    given = action_and_gradient, hessian_product, kernel, bottom
    return Curvature(overlaps, inside(problem), *given)


def _closed(problem: Problem) -> Callable[[tuple[Array, ...]], tuple[Array, ...]] | None:
    """The equations closed on the lowest overlaps, where they close."""
    return {closed}


def _solution(
    overlaps: tuple[Array, ...], problem: Problem, reason: str, found: Signature, tolerance: float
) -> Solution:
    """Collect the evidence, independently of the minimiser."""
    value, slope = action_and_gradient(overlaps, problem)
    require_finite(value, *slope)
    priors, widths = prior_sizes(overlaps, problem), problem.widths
    norm = relative_gradient(overlaps, slope, widths)
    # Relative to its terms, which are larger where labels are, a gradient may be within tolerance.
    by_terms = min(norm, relative_gradient(size_of_terms(overlaps, priors), slope, widths))
    digits = digits_lost(labels_covariance(overlaps, problem), problem)
    known = gradient_rounding(overlaps, overlaps, problem, digits)
    lost = gradient_rounding(overlaps, priors, problem, digits)
    together = 0.0 if EXPLICIT else relative_gradient(overlaps, slope, (min(widths),) * len(widths))
    least = max(*known[:3], TOGETHER * together)
    by_terms = max(by_terms, least, COARSEST * norm)
    reason, judged = ("", by_terms) if by_terms <= tolerance else (reason, max(norm, least))
    residual = equation_residual(overlaps, problem)
    condition = condition_number(overlaps, problem)
    message = verdict(overlaps, reason, judged, residual, found, condition, tolerance, known)
    evidence = log_evidence(overlaps, problem)
    message += digits_told(overlaps, problem, evidence) if message.startswith("converged") else ""
    return Solution(
        overlaps=overlaps,
        action=value,
        log_evidence=evidence,
        converged=message.startswith("converged"),
        message=message,
        gradient_norm=norm + lost.of_gradient(),
        residual=residual + lost.of_equations(),
        hessian_lowest=found.lowest,
        hessian_negative=found.negative,
        hessian_is_bound=found.is_bound,
        condition_number=condition,
        problem=problem,
    )


@guarded
def at(overlaps: tuple[Array, ...], problem: Problem) -> Solution:
    """Any order parameters as they are, with the evidence; nothing is solved."""
    with blas_threads(problem.attended.shape):
        found = signature(overlaps, curvature(overlaps, problem))
        return _solution(overlaps, problem, "", found, 1e-10)


def condition_number(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """Largest over smallest eigenvalue of the labels' covariance; infinite where it is singular.

    Outside the span of the attended inputs the eigenvalue is the temperature.
    """
    covariance = labels_covariance(overlaps, problem)
    condition = condition_of(covariance)
    if len(covariance) < len(problem.labels):
        largest = float(linalg.norm(covariance, 2, check_finite=False))
        return max(condition, largest / problem.temperature)
    return condition


def refuse_singular(overlaps: tuple[Array, ...], problem: Problem) -> None:
    """Raise ValueError where the labels' covariance is singular to working precision."""
    covariance = labels_covariance(overlaps, problem)
    require_finite(covariance)
    condition = condition_of(covariance)
    if is_singular(condition, problem):
        raise ValueError(
            f"temperature: at {{problem.temperature:g}} the labels' covariance is singular to "
            f"working precision (condition number {{condition:.1e}}); raise the temperature, or "
            "give fewer examples"
        )


@guarded
def predict(solution: Solution, attended_test: Any) -> tuple[Array, Array]:
    """Mean and variance of the network's output on test examples.

    Args:
        solution: From `solve`.
{data_test}

    Returns:
        Mean and variance, each of shape {predicted}.
    """
{rows_test}    by_path = tests_by_path(attended_test, solution.problem)
    with blas_threads(solution.problem.attended.shape):
{predicting}
'''

CLOSED = {
    "closed": "lambda overlaps: closed_equations(overlaps, problem)",
    "closing": """
    The saddle-point equations close, so their fixed point is tried first; where that is no minimum,
    the action is minimised.
""",
}
OPEN = {"closed": "None  # the equations do not close: the action is minimised", "closing": ""}
"""What `solve` does first where the saddle-point equations close, and where they do not."""


HEAD_SCORES = '''def head_scores(overlaps: tuple[Array, ...], problem: Problem) -> Array:
    """How much each head takes part: heads of the lowest layer first, the largest score is 1.

    The score of a head sums |G_bottom[p, p']| over ordered pairs of paths of which at least one
    passes through it.
    """
    table = path_table({table})
    strength = np.abs(bottom(overlaps, problem))
    scores = []
    for layer, heads in enumerate(problem.heads):
        for head in range(1, heads + 1):
            outside = table[:, layer] != head
            scores.append(np.sum(strength) - np.sum(strength[np.ix_(outside, outside)]))
    return np.asarray(scores) / max(scores, default=1.0)
'''

CHAIN = '''def chain_normalisation(
    overlaps: tuple[Array, ...], problem: Problem
) -> tuple[tuple[Array, ...], float]:
    """The papers' order parameters U_l = (H_l ... H_L) G_l and their action.

    Returns:
        (U_1, ..., U_L, u_a) and S without constants that do not depend on them.
    """
{body}
'''

DIGITS = '''def log_evidence(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """ln p(labels) = -S/2 + constants at leading order; large widths cancel before the sum."""
    return -action_beyond_prior(overlaps, problem) / 2.0 + constant_of_labels(problem)


def action_beyond_prior(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """S less sum_s N_s m_s, which large widths would hide the rest behind."""
    priors = prior_covariances(overlaps, problem)
    pairs = zip(problem.widths, priors, overlaps, strict=True)
    above = sum(width * excess(prior, overlap) for width, prior, overlap in pairs)
    return above + energy(overlaps, problem)


def equation_residual(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """max_s |G_s - right-hand side|_F, relative to the larger of G_s and its prior covariance.

    They are terms of one sum; `saddle_residual` is relative to G_s alone.
    """
    right = saddle_right_hand_side(overlaps, problem)
    found = zip(overlaps, prior_covariances(overlaps, problem), right, strict=True)
    norm = np.linalg.norm
    return max(float(norm(g - r) / max(norm(g), norm(prior))) for g, prior, r in found)


def prior_sizes(overlaps: tuple[Array, ...], problem: Problem) -> tuple[Array, ...]:
    """By which the terms of gradients and their rounding are measured."""
    return prior_covariances(overlaps, problem)


def digits_told(overlaps: tuple[Array, ...], problem: Problem, evidence: float) -> str:
    """What is said of digits that widths cost the evidence: none."""
    return ""'''
"""What the digits of float64 are for, where prior covariances are printed."""

READERS = '''def readers(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """For every stream, those whose prior covariance is made of its overlaps."""
    return READERS'''
"""A function beside these, where the streams are known."""

DIGITS_WITHOUT_PRIORS = '''EXPLICIT = False


def log_evidence(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """ln p(labels) = -S/2 + constants, at leading order."""
    constants = evidence_constant(problem) + fluctuation(overlaps, problem)
    return -action(overlaps, problem) / 2.0 + constants


def action_beyond_prior(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """S, in which large widths hide small differences: no prior is taken off."""
    return action(overlaps, problem)


def equation_residual(overlaps: tuple[Array, ...], problem: Problem) -> float:
    """The residual of the saddle-point equations that a solution reports."""
    return saddle_residual(overlaps, problem)


def prior_sizes(overlaps: tuple[Array, ...], problem: Problem) -> tuple[Array, ...]:
    """By which the terms of gradients are measured: the overlaps, for the want of priors."""
    return overlaps


def readers(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """For every stream, those whose prior covariance is made of its overlaps."""
    return tuple((k - 1,) if k else () for k in range(len(problem.widths)))


def digits_told(overlaps: tuple[Array, ...], problem: Problem, evidence: float) -> str:
    """What is said of digits that widths cost the evidence."""
    return evidence_hidden(overlaps, problem.widths, evidence)'''
"""The same of features with a mean.

The log evidence has a part of their projections, and the share of the lowest overlaps across these
is no excess of a stream.
"""
