"""Settings of every test: one thread for linear algebra, as the matrices are small."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
