#!/usr/bin/env python3
"""The most memory that a whole `clarity scan` takes, for archives that are made to take much of it.

    cargo build --profile dist && python3 tests/bench/memory.py --bin target/dist/clarity [--only NAME]

Needs Python only. Makes each archive, a package that has it as its source, and scans it with `--sources`. Prints one row
for each: the peak of the process as the kernel counts it, and what became of the package. Ends with 1 where a peak is
over the bar or a package did not come to what is expected.
"""

import argparse
import gzip
import hashlib
import io
import json
import lzma
import multiprocessing
import os
import random
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib
from pathlib import Path

BAR_MB = 300

HEADER = """// Copyright {year} The Example Authors
// Use of this source code is governed by a BSD-style license that can be
// found in the LICENSE file.

#include "part_{number}.h"

"""
KERNEL = """// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copyright (C) {year} Example Developer {number} <dev{number}@example.org>
 *
 * This program is free software; you can redistribute it and/or modify
 * it under the terms of the GNU General Public License as published by
 * the Free Software Foundation; either version 2 of the License, or
 * (at your option) any later version.
 */

"""
BSD = """Copyright 2015 The Example Authors

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are
met:

   * Redistributions of source code must retain the above copyright
notice, this list of conditions and the following disclaimer.
   * Redistributions in binary form must reproduce the above
copyright notice, this list of conditions and the following disclaimer
in the documentation and/or other materials provided with the
distribution.
   * Neither the name of Example Inc. nor the names of its
contributors may be used to endorse or promote products derived from
this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS
"AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT
LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR
A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT
OWNER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT
LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY
THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
(INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


def words(rng, count):
    return " ".join(f"{rng.getrandbits(24):x}" for _ in range(count))


def add(tar, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def many(path, count, header):
    rng = random.Random(7)
    with gzip.open(path, "wb", compresslevel=1) as raw, tarfile.open(fileobj=raw, mode="w|") as tar:
        add(tar, "pkg-1/LICENSE", BSD.encode())
        for number in range(count):
            text = header.format(year=2000 + number % 20, number=number % 3000) + words(rng, 60) + "\n"
            name = f"pkg-1/component_{number % 40}/module_{number // 40 % 500}/source_file_{number}.cc"
            add(tar, name, text.encode())


def tar_of_one(path, name, size, fill):
    """An uncompressed tar with one file of `size` bytes that repeat `fill`."""
    info = tarfile.TarInfo("pkg-1/" + name)
    info.size = size
    block = fill * ((1 << 20) // len(fill) + 1)
    with open(path, "wb") as out:
        out.write(info.tobuf(tarfile.GNU_FORMAT))
        start = out.tell()
        if fill == b"\0":
            out.truncate(start + size)
            out.seek(start + size)
        else:
            left = size
            while left:
                piece = block[: min(left, len(block))]
                out.write(piece)
                left -= len(piece)
        out.write(bytes(-size % 512 + 1024))


def sparse(path):
    """Three gigabytes of hole, as GNU tar stores them (pax 0.1)."""
    info = tarfile.TarInfo("pkg-1/disk.img")
    info.pax_headers = {"GNU.sparse.size": str(3 << 30), "GNU.sparse.map": "0,512", "GNU.sparse.numblocks": "1"}
    info.size = 512
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(info, io.BytesIO(b"x" * 512))


def deep(path, depth):
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for top in range(2000):
            add(tar, f"pkg-1/{top}/" + "d/" * (depth - 3) + "file.c", b"// SPDX-License-Identifier: MIT\n")


def zstd_window(path, log):
    """A frame that asks for a window of 2^log bytes and holds one short raw block."""
    data = b"MIT\n"
    frame = struct.pack("<IBB", 0xFD2FB528, 0, (log - 10) << 3)
    block = (len(data) << 3 | 1).to_bytes(3, "little")
    Path(path).write_bytes(frame + block + data)


def lzma_window(path):
    data = bytearray(lzma.compress(b"MIT\n" * 100, format=lzma.FORMAT_ALONE))
    data[1:5] = struct.pack("<I", 0xFFFFFFFF)
    Path(path).write_bytes(data)


def xz_window(path):
    """The block header of an xz stream with the largest dictionary its format has."""
    data = bytearray(lzma.compress(b"MIT\n" * 100, format=lzma.FORMAT_XZ))
    size = (data[12] + 1) * 4
    at = data.index(b"\x21\x01", 12) + 2
    data[at] = 40
    data[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(bytes(data[12 : 12 + size - 4])))
    Path(path).write_bytes(data)


def lzip_window(path):
    """A lzip member that states the largest dictionary, 512 MiB."""
    body = lzma.compress(b"MIT\n" * 100, format=lzma.FORMAT_ALONE)[13:]
    tail = struct.pack("<IQQ", zlib.crc32(b"MIT\n" * 100), 400, 6 + len(body) + 20)
    Path(path).write_bytes(b"LZIP\x01" + bytes([29]) + body + tail)


def xz_large(path):
    """Noise and words with the dictionary of `xz -9`, 64 MiB."""
    rng = random.Random(9)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 64 << 20}]
    with lzma.open(path, "wb", filters=filters) as raw, tarfile.open(fileobj=raw, mode="w|") as tar:
        for number in range(40):
            add(tar, f"pkg-1/f{number}.c", (words(rng, 300_000) + "\n").encode())


def zip_many(path, count):
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("LICENSE", BSD)
        for number in range(count):
            out.writestr(f"component_{number % 40}/source_file_{number}.c", f"int x{number};\n")


def bomb(path):
    with gzip.open(path, "wb", compresslevel=9) as out:
        block = bytes(1 << 20)
        for _ in range(1 << 10):
            out.write(block)


CASES = {
    "small": ("100,000 small files", "p.tar.gz", lambda path: many(path, 100_000, HEADER), "audited"),
    "kernel": ("80,000 files with a tag and a grant", "p.tar.gz", lambda path: many(path, 80_000, KERNEL), "audited"),
    "browser": ("400,000 files that refer to LICENSE", "p.tar.gz", lambda path: many(path, 400_000, HEADER), "audited"),
    "zeros": ("one file of 3 GiB of zeros", "p.tar", lambda path: tar_of_one(path, "zeros", 3 << 30, b"\0"), "audited"),
    "hole": ("one sparse file of 3 GiB", "p.tar", sparse, "audited"),
    "line": ("one line of 1 GiB", "p.tar", lambda path: tar_of_one(path, "line.c", 1 << 30, b"MIT License "), "audited"),
    "deep": ("folders 120 deep", "p.tar.gz", lambda path: deep(path, 120), "audited"),
    "deeper": ("folders 1,000 deep", "p.tar.gz", lambda path: deep(path, 1000), "limit"),
    "zstd": ("zstd, window 2 GiB", "p.txt.zst", lambda path: zstd_window(path, 31), "limit"),
    "zstd-128": ("zstd, window 128 MiB", "p.txt.zst", lambda path: zstd_window(path, 27), "audited"),
    "xz": ("xz, dictionary 4 GiB", "p.txt.xz", xz_window, "limit"),
    "xz-9": ("xz -9, dictionary 64 MiB", "p.tar.xz", xz_large, "audited"),
    "lzma": ("lzma, dictionary 4 GiB", "p.txt.lzma", lzma_window, "limit"),
    "lzip": ("lzip, dictionary 512 MiB", "p.txt.lz", lzip_window, "limit"),
    "zip": ("zip, 300,000 entries", "p.zip", lambda path: zip_many(path, 300_000), "audited"),
    "bomb": ("gzip, 1 GiB of zeros", "p.txt.gz", bomb, "limit"),
}

PACKAGE = """{{ lib, stdenv, fetchurl }}:

stdenv.mkDerivation {{
  pname = "p";
  version = "1";
  src = fetchurl {{
    url = "https://example.org/{file}";
    sha256 = "{hash}";
  }};
  meta.license = lib.licenses.mit;
}}
"""


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def peak(command, env):
    """Peak memory in MB, seconds, and what was printed."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return usage.ru_maxrss * 1024 / 1e6, time.monotonic() - start, out.read().decode()


def measure(name, args):
    title, file, make, expected = CASES[name]
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        folder = Path(folder)
        (folder / "sources").mkdir()
        archive = folder / "sources" / file
        # Elsewhere: what this process takes counts for its children until they begin.
        maker = multiprocessing.Process(target=make, args=(archive,))
        maker.start()
        maker.join()
        (folder / "p.nix").write_text(PACKAGE.format(file=file, hash=sha256(archive)))
        command = [args.bin, "scan", str(folder / "p.nix"), "--sources", str(folder / "sources"), "--format", "jsonl"]
        command += ["--jobs", args.jobs, "--time-limit", "3000", "--quiet"]
        env = os.environ | {"CLARITY_CACHE": str(folder / "cache")}
        most, seconds, printed = peak(command, env)
    rows = [json.loads(line) for line in printed.splitlines()]
    row = next((row for row in rows if row.get("kind") == "package"), {})
    said = row.get("why") or row.get("reason") or ""
    is_right = row.get("outcome") == "audited" if expected == "audited" else expected in said
    is_right = is_right and most < BAR_MB
    verdict = "ok" if is_right else "NOT AS IT SHOULD BE"
    print(f"{title:40} {most:6.0f} MB {seconds:6.1f} s  {row.get('outcome')} {said[:100]}  {verdict}", flush=True)
    return is_right


def main():
    multiprocessing.set_start_method("fork")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default="target/dist/clarity")
    parser.add_argument("--only", action="append", choices=list(CASES), help="one case; all where it is not given")
    parser.add_argument("--jobs", default="2")
    parser.add_argument("--dir", help="where the archives are made, 4 GB at most")
    args = parser.parse_args()
    results = [measure(name, args) for name in args.only or CASES]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
