#!/usr/bin/env python3
"""Usage: scripts/demo.py

Runs the commands of README's demo with the built launcher, and draws what they print as a terminal picture, docs/demo.svg.
"""

import html
import os
import subprocess
import sys
import tempfile

COMMANDS = [
    "virttime-run --monotonic-at 12345s -- python3 -c 'import time; print(time.monotonic())'",
    "virttime-run --realtime-at 2038-01-19T03:14:07Z -- date --utc",
    "virttime-run --config clock.conf -- python3 -c 'import time; time.sleep(3600); print(\"an hour later\")' &",
    "virttime-run --config clock.conf --advance 1h",
]
PAUSE = 0.7  # seconds that each command has to print its output

CHARACTER, LINE, MARGIN = 8.43, 20, 16  # pixels, for a monospaced font of 14 pixels


def record(dist):
    """Returns the lines that the commands print, in order. The lines with a prompt begin with "$ "."""
    root = os.path.dirname(dist)
    with tempfile.TemporaryDirectory() as directory:
        environment = dict(os.environ, PATH=dist + ":" + os.environ["PATH"])
        script = "\n".join(
            f"printf '%s\\n' {shell_quote('$ ' + command)}; {command}\nsleep {PAUSE}" for command in COMMANDS)
        result = subprocess.run(
            ["bash", "-c", script + "\nwait"], cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=True, timeout=60)
    return result.stdout.replace(root, "").splitlines()


def shell_quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


def draw(lines):
    width = max(map(len, lines)) * CHARACTER + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    rows = []
    for number, line in enumerate(lines):
        kind = "command" if line.startswith("$ ") else "output"
        y = MARGIN + (number + 1) * LINE - 5
        rows.append(f'  <text class="{kind}" x="{MARGIN}" y="{y}" xml:space="preserve">{html.escape(line)}</text>')
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}" role="img">',
        "  <title>VirtTime in a terminal</title>",
        "  <style>",
        "    text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }",
        "    .command { fill: #e6edf3 } .output { fill: #7ee787 }",
        "  </style>",
        f'  <rect width="{width:.0f}" height="{height}" rx="8" fill="#161b22" />',
        *rows,
        "</svg>",
        "",
    ])


def main():
    if len(sys.argv) > 1:
        print(__doc__.strip())
        return 0 if sys.argv[1] in ("-h", "--help") else 2
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    dist = os.path.join(top, "artifacts", "dist")
    if not os.path.exists(os.path.join(dist, "virttime-run")):
        sys.exit("demo.py: artifacts/dist/virttime-run: not there; run scripts/build.sh first")
    with open(os.path.join(top, "docs", "demo.svg"), "w", encoding="utf-8") as picture:
        picture.write(draw(record(dist)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
