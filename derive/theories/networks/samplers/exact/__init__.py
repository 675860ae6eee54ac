"""The exact law of networks whose order parameters are numbers: quadrature and closed form."""
