"""What modules of disordered models carry: numbers for averages and fixed points.

It knows no model: what is derived stands around it in a module, and calls (arrays are flat)

    z, weight = gaussian_nodes((b, ...), (width, ...), refine=1)    int Dz f(z) = weight @ f(z)
    (z_1, z_2), weight = product_nodes((z_1, weight_1), (z_2, weight_2))
    relative_change(average with refine=1, the same with refine=2)   the error of an average

    L = field_integral(log_weight, omega, V, outer=(y,), breaks=(b, ...), widths=(0.0, ...),
                       observables=(f, ...), log_slope=None or the derivative of log_weight)
                                            L.log, L.slope, L.curvature, L.averages, L.error
    F = site_integral(log_density or None, B, A, outer=(t,), points=((value, ln of weight), ...),
                      lower=..., upper=..., breaks=..., widths=..., observables=(f, ...))
                                            F.log, F.mean, F.variance, F.averages, F.error
    P = pair_integral(log_weight, (omega_1, omega_2), V, outer=..., breaks=..., inner_breaks=...,
                      observables=...)      P.log, P.slope, P.curvature, P.averages, P.error
    log_weight, log_density and observables are functions of (h or x or h_1, h_2, *outer).

    log_tail, hazard, hazard_excess, hazard_slope, log_two_cosh, log_normal(x, mean, variance),
    log_tail_difference(a, b) = ln(H(a) - H(b)), interval_hazard(a, b),
    log_signed_sum(c_1, a_1, c_2, ...),
    exponential_ratio(u_1, c_1, a_1, u_2, ...)

    found = fixed_point(update, start, feasible, scale=..., iterations=40; 0 is Newton alone)
                                  found.point, .residual, .converged, .message, .attracting
    branches, nearest = find_branches(update, [(name, start), ...], feasible, free_entropy,
                                      canonical=...)
                                  branch.found, .free_entropy, .start; the first one dominates;
                                  without any, nearest is the search that came nearest
    random_starts(low, high, feasible, count, generator) -> [(name, start), ...]
    follow(update(x, parameter), start, begin, end, feasible) -> .points, .folds, .message

    converged, message = judged(found, [State(Q or None, q, m or None, rho), ...], replicon=...,
                                entropy=..., discrete=..., quadrature_error=...)
    is_possible(State(...)), others_told(attracting, gaps), Solution(...)

    solutions(Theory(update(x, refine), described(x, refine) -> Described(...), feasible, discrete,
                     scale, canonical), [(name, start), ...]) -> Solution, which calls all of these

Names of the imports: Callable, Iterable, Sequence (collections.abc), lru_cache, partial
(functools), Any, NamedTuple (typing), np, special (scipy).
"""
