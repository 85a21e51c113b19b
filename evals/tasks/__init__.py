"""What is measured: one module a task, each a pure function from inputs and gold to figures."""
