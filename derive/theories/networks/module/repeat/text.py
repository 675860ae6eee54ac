"""What a module for any depth checks, as text."""

MORE_ATTRIBUTES = """
        depths: How often each repeated block is repeated.
        branches: Heads of every weight, V_0 first; 1 for a weight without heads.
        vectors: How many vectors every stream has, the lowest first."""

MORE_FIELDS = """
    depths: tuple[int, ...]
    branches: tuple[int, ...]
    vectors: tuple[int, ...]"""

ROWS_ATTRIBUTE = """
        rows: How many vectors a stream has down to those of each weight, V_0 first."""

ROWS_FIELD = """
    rows: tuple[int, ...]"""

ROWS = """
    rows = rows_of_weights(branches, depths)"""

FIELDS = "by_path, labels, widths, variances, float(temperature), heads, depths, branches, vectors"

MAKE_PROBLEM = '''@guarded
def make_problem(
    attended: Any,
    labels: Array,
    widths: Any,
    variances: Any,
    temperature: float,
    heads: Any = HEADS,{more_arguments}
    *,
    {arguments},
) -> Problem:
    """Check the shapes of data and parameters at a depth.

    Args:
{data}
        widths: One per stream, or one for all.
        variances: One per weight, or one for all.
        temperature: Variance of the label noise.
        heads: One for each weight with heads, or one for all.{more_docs}

    Raises:
        ValueError: Something does not fit; the message says what and what would.
    """
    depths = ({depths},)
    with_heads = weights_with_heads(depths){described}
    heads = whole_numbers("heads", heads, sum(with_heads))
    branches = branches_of_weights(heads, depths)
    vectors = vectors_of_streams(branches, depths){rows}
    widths = positive_numbers("widths", widths, len(vectors), "stream")
    variances = positive_numbers("variances", variances, len(with_heads), "weight")
    labels = real_array("labels", labels)
{row_per_output}    paths = {paths}
{checks}    if not 0 <= real_array("temperature", temperature) < np.inf:
        raise ValueError(f"temperature: {{temperature}} given; give zero or a positive number")
    problem = Problem(
        {fields}
    )
    return {about}with_span(problem){direction}
'''

NAMES = """Names in the functions of one part
    G_l, N_l, s_l, H_l      of copy l of a repeated block, counted from the input; G_l_1, G_l_2, ...
                            where a copy has several streams, s_l_1, s_l_2, ... several weights
    G_above, m_above        of the stream above the part, and how many vectors it has
    G_a, N_a, s_a           of the readout
    G, X; R; Q, Y, D        overlaps, directions; fluxes; points, forces, shifts at infinite width
"""

SHARED_NAMES = """\
    G_s, N_s, m_s           of all vectors of a stream that copies share; there G_l has the first of
                            them, down to those of copy l, and the first m_above are above it
"""
