"""Large libraries are loaded when first used, which may be in two threads at once: neither meets what the other has half loaded."""

import subprocess
import sys

LOADED_BY_TWO = """
import sys, threading
from agents.speak import Speaker

half, asked = threading.Event(), threading.Event()

class Half:
    # stops the load of httpx in the middle until the other thread has asked for it, or has failed
    def find_spec(self, name, path=None, target=None):
        if name == "httpx._client":
            half.set()
            asked.wait(0.3)

def speak():
    half.wait()
    try:
        Speaker("http://127.0.0.1:9/v1", "m", None, 1, 1)
        print("made", flush=True)
    finally:
        asked.set()

import openai
assert "httpx" not in sys.modules or sys.exit("openai loads httpx by itself")
sys.meta_path.insert(0, Half())
other = threading.Thread(target=speak)
other.start()
import httpx
other.join()
"""


def test_a_speaker_is_made_while_another_thread_loads_what_it_needs() -> None:
    run = subprocess.run([sys.executable, "-c", LOADED_BY_TWO], capture_output=True, text=True, timeout=120)
    assert (run.stdout, run.returncode) == ("made\n", 0), run.stderr
