"""Claims about expressions: read, evaluated, compared; a theory says what their words mean."""
