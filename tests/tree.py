"""Which files stand in the tree that git does not know: a whole run of the tests adds none. No test here."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def untracked(root: Path = ROOT) -> frozenset[str]:
    """Their names from the root; none where there is no git to ask, or the tree came without it."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return frozenset()
    words = [git, "-C", str(root), "status", "--porcelain", "-z", "--untracked-files=all"]
    told = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return frozenset(line[3:] for line in told.split("\0") if line.startswith("?? "))
