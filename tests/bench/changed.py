"""What `clarity scan --changed-since` costs beyond `git diff`, cold and warm, on a copy of a real checkout.

usage: changed.py CLARITY TREE WORK [--runs N] [-- arguments for scan, e.g. --config FILE --fetch]
TREE is never changed. WORK is a folder for the copy; the copy is made a repository and five packages are edited. Cold:
nothing is kept. Warm: the base was scanned before. Prints CPU and wall seconds, and the packages that are told. The
sources are looked at where the arguments say where they come from; else only the metadata.
"""
import argparse, os, re, resource, shutil, subprocess, time

IDENTITY = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}


def timed(command, **options):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, **options)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, done.stdout


def copy(tree, work):
    target = os.path.join(work, "changed")
    if not os.path.exists(target):
        shutil.copytree(tree, target, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        for arguments in (["init", "--quiet"], ["add", "--all", "--force"], ["commit", "--quiet", "--message", "base"]):
            subprocess.run(["git", "-C", target, *arguments], check=True, env=IDENTITY)
    subprocess.run(["git", "-C", target, "checkout", "--quiet", "--force", "HEAD", "--", "."], check=True)
    return target


def edit_five(tree):
    """States another license in five packages that are written each in a file of its own."""
    edited = []
    for folder, _, files in sorted(os.walk(os.path.join(tree, "pkgs/tools/text"))):
        path = os.path.join(folder, "default.nix")
        if "default.nix" in files and len(edited) < 5:
            text = open(path, encoding="utf-8").read()
            if len(re.findall(r"licenses\.mit\b", text)) == 1:
                open(path, "w", encoding="utf-8").write(re.sub(r"licenses\.mit\b", "licenses.isc", text))
                edited.append(os.path.relpath(path, tree))
    return edited


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clarity")
    parser.add_argument("tree")
    parser.add_argument("work")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("rest", nargs="*")
    options = parser.parse_args()
    tree = copy(options.tree, options.work)
    cache = os.path.join(options.work, "cache")
    shutil.rmtree(cache, ignore_errors=True)
    environment = {**os.environ, "CLARITY_CACHE": cache}
    arguments = options.rest or ["--metadata-only"]
    scan = [os.path.abspath(options.clarity), "scan", tree, "--format", "csv", "--fail-on", "never", "--changed-since", "HEAD", *arguments]
    print("edited:", *edit_five(tree))
    diff = [timed(["git", "-C", tree, "diff", "--raw", "HEAD"]) for _ in range(options.runs)]
    cold = timed(scan, env=environment)
    warm = [timed(scan, env=environment) for _ in range(options.runs)]
    for name, runs in (("git diff", diff), ("cold", [cold]), ("warm", warm)):
        print(f"{name}: CPU {min(run[0] for run in runs):.2f} s, wall {min(run[1] for run in runs):.2f} s (best of {len(runs)})")
    print(f"warm beyond git diff: {min(run[1] for run in warm) - min(run[1] for run in diff):.2f} s wall")
    print(subprocess.run([*scan[:4], "jsonl", *scan[5:]], capture_output=True, text=True, env=environment).stdout.count('"kind":"package"'), "packages told")


main()
