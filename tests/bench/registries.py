#!/usr/bin/env python3
"""Real packages, fetched from real registries: how many arrive, what a second run asks, and what kills cost.

    cargo build --profile dist
    python3 tests/bench/registries.py --bin target/dist/clarity --config my/clarity.toml NIXPKGS [NIXPKGS...]

`--config` is a clarity.toml of yours with the registries that this machine reaches, under `[fetch]`: `rewrite` (of
`mirror://SCHEME/` or of base urls) and `pypi_index`. Packages whose source begins with one of those prefixes count,
spread evenly over the trees, `--packages` of them. All requests go through a counting proxy on the loopback.

1. A run with an empty cache: of those that the registries serve at least 97 % are fetched and verified; each other one
   is printed with its row. Not served is a file for which the registry answers this script, too, with 404 or 410.
2. The same packages again, with `--fetch` and a proxy that is not there: the rows must be the same, with no request.
3. A new cache, `--kills` times killed at a random moment and started again: the same rows in the end, and bytes beyond
   those of the first run only for the files that were in flight.

Printed with it: packages and megabytes a second, the CPU time of the second run against the first, the largest memory of
any run.

Ends with 1 where one of these does not hold. Needs Linux and Python.
"""

import argparse
import json
import os
import random
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path


class Proxy:
    """A tunnel that counts what comes back."""

    def __init__(self):
        self.received = 0
        self.tunnels = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.tunnel, args=(client,), daemon=True).start()

    def tunnel(self, client):
        with self.lock:
            self.tunnels += 1
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    return
                head += piece
            host, port = head.split(b" ")[1].decode().rsplit(":", 1)
            server = socket.create_connection((host, int(port)), timeout=60)
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self.pump(client, server)
        except OSError:
            pass
        finally:
            client.close()

    def pump(self, client, server):
        with server:
            while True:
                for ready in select.select([client, server], [], [], 300)[0]:
                    data = ready.recv(1 << 16)
                    if not data:
                        return
                    (server if ready is client else client).sendall(data)
                    if ready is server:
                        with self.lock:
                            self.received += len(data)


# The bytes of sources that each run looked at.
BYTES = []


def used():
    """CPU seconds of all runs so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def prefixes(config):
    fetch = tomllib.loads(Path(config).read_text()).get("fetch", {})
    found = list(fetch.get("rewrite", {}))
    if "pypi_index" in fetch:
        found.append("mirror://pypi/")
    return tuple(found)


def scan(args, tree, extra, attrs=None):
    command = [args.bin, "scan", tree, "--format", "jsonl", "--config", args.config, "--fail-on", "never"]
    command += ["--quiet"] + extra
    return command + (["--attr", "-"] if attrs else [])


def run(command, attrs, cache, proxy, kill_after=None):
    """The rows of the packages, by attribute; nothing where it was killed."""
    env = os.environ | {"CLARITY_CACHE": str(cache)}
    env |= {name: proxy for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")}
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, env=env)
        child.stdin.write("\n".join(attrs).encode())
        child.stdin.close()
        try:
            code = child.wait(kill_after)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            return None
        # 3: some of what was asked for is not served.
        if code not in (0, 1, 3):
            sys.exit(f"{command[0]} scan {command[2]}: exit code {code}")
        out.seek(0)
        rows = [json.loads(line) for line in out.read().decode().splitlines()]
    BYTES.append(sum(row["bytes"] for row in rows if row["kind"] == "summary"))
    return {row["attr"]: row for row in rows if row["kind"] == "package"}


def choose(args, fitting):
    """Attributes of packages with a source that begins with one of the prefixes, one for each source."""
    chosen, seen = {}, set()
    candidates = []
    for tree in args.trees:
        out = subprocess.run(scan(args, tree, ["--metadata-only"]), capture_output=True, check=True).stdout
        for line in out.decode().splitlines():
            row = json.loads(line)
            sources = row.get("source") or [] if row["kind"] == "package" else []
            urls = [source["urls"][0] for source in sources if source.get("urls")]
            if len(urls) == 1 and urls[0].startswith(fitting) and urls[0] not in seen:
                seen.add(urls[0])
                candidates.append((tree, row["attr"], next(one for one in fitting if urls[0].startswith(one))))
    groups = {}
    for candidate in candidates:
        groups.setdefault((candidate[0], candidate[2]), []).append(candidate)
    rng = random.Random(args.seed)
    queues = [rng.sample(group, len(group)) for _, group in sorted(groups.items())]
    picked = []
    # Small groups whole, the large ones share the rest.
    while len(picked) < args.packages and any(queues):
        for queue in queues:
            if queue and len(picked) < args.packages:
                picked.append(queue.pop())
    for tree, attr, _ in picked:
        chosen.setdefault(tree, []).append(attr)
    print(f"{len(candidates)} packages fit; {len(picked)} chosen: " + ", ".join(
        f"{sum(1 for one in picked if (one[0], one[2]) == key)} {key[1]} of {Path(key[0]).name}" for key in sorted(groups)
    ), flush=True)
    return chosen


def all_trees(args, chosen, cache, proxy, deadline=None):
    rows = {}
    for tree, attrs in chosen.items():
        left = None if deadline is None else max(0.01, deadline - time.monotonic())
        found = run(scan(args, tree, ["--fetch"], attrs), attrs, cache, proxy, left)
        if found is None:
            return None
        rows |= {(tree, attr): row for attr, row in found.items()}
    return rows


def is_had(row):
    return row["outcome"] == "audited"


def is_gone(row, rewrite):
    """Whether the registry says, asked without clarity, that it has no such file."""
    url = row["source"][0]["urls"][0]
    prefix = max((one for one in rewrite if url.startswith(one)), key=len, default=None)
    if prefix is None:
        return False
    request = urllib.request.Request(rewrite[prefix] + url[len(prefix):], method="HEAD")
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60):
            return False
    except urllib.error.HTTPError as error:
        return error.code in (404, 410)
    except OSError:
        return False


def killed_run(args, chosen, state, proxy, seconds):
    """The rows after kills at random moments, spread over the whole run."""
    cache, rng = state / "killed", random.Random(args.seed)
    for number in range(args.kills):
        moment = time.monotonic() + rng.uniform(0.2, 2 * seconds / args.kills)
        if all_trees(args, chosen, cache, proxy.url, moment) is not None:
            print(f"  run {number + 1} was done before its kill", flush=True)
    return all_trees(args, chosen, cache, proxy.url)


def arguments(doc, packages):
    """Of a measurement over packages of trees that a configuration fetches."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("trees", nargs="+")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--config", required=True)
    parser.add_argument("--packages", type=int, default=packages)
    parser.add_argument("--seed", type=int, default=1)
    return parser


def in_a_folder(measure, args):
    """The result of `measure`, which works in a folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="clarity-bench-"))
    try:
        return measure(args, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = arguments(__doc__, packages=500)
    parser.add_argument("--kills", type=int, default=10)
    return in_a_folder(measure, parser.parse_args())


def measure(args, state):
    chosen, proxy = choose(args, prefixes(args.config)), Proxy()
    start, cpu = time.monotonic(), used()
    first = all_trees(args, chosen, state / "clean", proxy.url)
    seconds, bytes_clean, asked = time.monotonic() - start, proxy.received, proxy.tunnels
    cpu = used() - cpu
    print(f"first run: {len(first) / seconds:.1f} packages/s, {sum(BYTES) / 1e6 / seconds:.1f} MB/s of "
          f"{sum(BYTES) / 1e6:.0f} MB unpacked, {cpu:.0f} s of CPU", flush=True)
    had = {key for key, row in first.items() if is_had(row)}
    rewrite = tomllib.loads(Path(args.config).read_text()).get("fetch", {}).get("rewrite", {})
    gone = {key for key, row in first.items() if not is_had(row) and is_gone(row, rewrite)}
    served = len(first) - len(gone)
    share = 100 * len(had) / served
    print(f"fetched and verified: {len(had)} of {served} that are served = {share:.1f} %, {bytes_clean / 1e6:.0f} MB, "
          f"{asked} connections, {seconds:.0f} s; {len(gone)} more are gone", flush=True)
    for prefix in prefixes(args.config):
        mine = [key for key, row in first.items() if row["source"][0]["urls"][0].startswith(prefix)]
        if mine:
            print(f"  of {prefix}: {len(had.intersection(mine))} of {len(mine)}")
    for key, row in first.items():
        if not is_had(row):
            print(f"  {'gone: ' if key in gone else ''}{key[1]}: {row.get('why') or row['outcome']}")
    again = {tree: [attr for at, attr in had if at == tree] for tree in chosen}
    again = {tree: sorted(attrs) for tree, attrs in again.items() if attrs}
    asked, cpu_of_second = proxy.tunnels, used()
    second = all_trees(args, again, state / "clean", "http://127.0.0.1:9")
    same = sum(second[key] == first[key] for key in had)
    cpu_of_second = used() - cpu_of_second
    print(f"second run without a network: {same} of {len(had)} rows the same, {proxy.tunnels - asked} connections, "
          f"{cpu_of_second:.1f} s of CPU = 1/{cpu / cpu_of_second:.0f}", flush=True)
    before = proxy.received
    last = killed_run(args, chosen, state, proxy, seconds)
    more = 100 * (proxy.received - before - bytes_clean) / bytes_clean
    differ = [key for key in first if last[key] != first[key]]
    print(f"killed {args.kills} times: {len(first) - len(differ)} of {len(first)} rows the same, {more:+.1f} % bytes")
    print(f"largest memory of a run: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")
    for key in differ:
        print(f"  {key[1]}: {first[key].get('why')} / {last[key].get('why')}")
    return 0 if share >= 97 and same == len(had) and not differ else 1


if __name__ == "__main__":
    sys.exit(main())
