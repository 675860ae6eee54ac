"""From expressions to programs: lowering, layout of the text, and the runtime that is copied."""
