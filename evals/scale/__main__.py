"""`python -m evals.scale`: print docs/scale.md as the kept figures make it."""

import sys

from evals.paper.measured import measured
from evals.scale.page import scale_page

if __name__ == "__main__":
    sys.stdout.write(scale_page(measured())["scale.md"])
