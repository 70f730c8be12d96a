"""Holds a series of patches from `clarity fix --patch-dir` over a real repository to its promises, with the real git.

In order: `git am` takes all of them. In any order: so it does for patches whose contexts do not overlap. Each touches
one file and no package but those that its message names. Reverting all gives the tree back, byte for byte. With
`--evaluate` the real Nix says of each package that it now has the licenses that its message names.

usage: series.py CLARITY REPOSITORY WORK [--count N] [--evaluate] [-- arguments for fix, e.g. --attr 'x.*' --fetch]
REPOSITORY is clean and has findings; it is cloned, never changed. WORK is a folder for the clones.
"""
import argparse, collections, glob, json, os, random, re, shutil, subprocess, sys

IDENTITY = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}


def git(folder, *arguments):
    done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, env=IDENTITY)
    if done.returncode:
        sys.exit(f"git {' '.join(arguments[:3])}: {done.stderr[-2000:]}")
    return done.stdout


def clone(repository, target):
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--shared", repository, target], check=True)
    return target


def tree(folder):
    return git(folder, "rev-parse", "HEAD^{tree}").strip()


def ranges(patch):
    """The file and the lines, contexts included, that a patch needs."""
    text = open(patch, encoding="utf-8", newline="").read()
    files = re.findall(r"^\+\+\+ b/(.*?)\t?$", text, re.M)
    spans = [(int(start), int(start) + int(count or 1)) for start, count in re.findall(r"^@@ -(\d+)(?:,(\d+))? ", text, re.M)]
    return files, spans


def shuffled(patches):
    """Any order, but for patches whose contexts overlap: those keep theirs."""
    order, needs = patches[:], {patch: ranges(patch) for patch in patches}
    random.Random(7).shuffle(order)
    touch = lambda a, b: needs[a][0] == needs[b][0] and any(x <= v and u <= y for x, y in needs[a][1] for u, v in needs[b][1])
    for patch in patches:
        late = [other for other in patches[: patches.index(patch)] if touch(other, patch) and order.index(other) > order.index(patch)]
        if late:
            order.remove(patch)
            order.insert(max(order.index(other) for other in late) + 1, patch)
    return order


def declared(clarity, folder):
    out = subprocess.run([clarity, "scan", folder, "--metadata-only", "--format", "jsonl"], capture_output=True, text=True).stdout
    rows = [row for row in map(json.loads, out.splitlines()) if row["kind"] == "package"]
    return {row["attr"]: (row["file"], json.dumps(row["declared"], sort_keys=True)) for row in rows}


def named(folder, count):
    """The packages that the messages name, by file."""
    packages = collections.defaultdict(set)
    for commit in git(folder, "rev-list", "--reverse", f"-{count}", "HEAD").split():
        message = git(folder, "log", "-1", "--format=%B", commit)
        files = git(folder, "show", "--format=", "--name-only", commit).split()
        assert len(files) == 1, (commit, files)
        shared = re.search(r"The same value belongs to: (.*(?:\n(?!\n).*)*)", message)
        packages[files[0]] |= {message.split(": ")[0], *(re.split(r",\s+", shared.group(1)) if shared else [])}
    return packages


VALUE = """let
  value = (import ./. { config.allowUnfree = true; }).%s.meta.license;
  name = one: if builtins.isString one then one else one.spdxId or "LicenseRef-nixpkgs-${one.shortName or one.fullName}";
in if builtins.isList value then map name value else [ (name value) ]"""


def evaluated(folder, count):
    """Packages that do not evaluate to the licenses that the message of their commit names, by the real Nix."""
    wrong = []
    for commit in git(folder, "rev-list", f"-{count}", "HEAD").split():
        message = git(folder, "log", "-1", "--format=%B", commit)
        attr, says = message.split(": ")[0], re.search(r" says: (.*)", message)[1]
        command = ["nix-instantiate", "--eval", "--strict", "--json", "-E", VALUE % attr]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        words = lambda text: sorted(set(re.findall(r"[\w.+-]+", text)) - {"AND", "OR"})
        if done.returncode or words(" ".join(json.loads(done.stdout))) != words(says):
            wrong.append(f"{attr}: {says}, evaluates to {done.stdout.strip() or done.stderr[-300:]}")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("clarity"), parser.add_argument("repository"), parser.add_argument("work")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--evaluate", action="store_true", help="ask the real Nix")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options, arguments = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1 :]
    clarity, work = os.path.abspath(options.clarity), os.path.abspath(options.work)
    folder = os.path.join(work, "patches")
    shutil.rmtree(folder, ignore_errors=True)
    source = clone(os.path.abspath(options.repository), os.path.join(work, "source"))
    done = subprocess.run([clarity, "fix", source, "--limit", str(options.count), "--patch-dir", folder, *arguments], capture_output=True, text=True, env=IDENTITY)
    patches = sorted(glob.glob(folder + "/*.patch"))
    print(f"{len(patches)} patches over {len({ranges(patch)[0][0] for patch in patches})} files, exit code {done.returncode}")
    if not patches:
        sys.exit(done.stderr[-2000:])
    assert not git(source, "status", "--porcelain"), "the repository was changed"
    one = clone(source, os.path.join(work, "in-order"))
    base, start = tree(one), git(one, "rev-parse", "HEAD").strip()
    before = declared(clarity, one)
    git(one, "am", "--quiet", *patches)
    after, packages = declared(clarity, one), named(one, len(patches))
    changed = {attr for attr in before if before[attr][1] != (after.get(attr) or ("", ""))[1]}
    every = set().union(*packages.values())
    unnamed = sorted(attr for attr in changed if attr not in every and re.sub(r"^python3\d+Packages", "python3Packages", attr) not in every)
    print(f"in order: all apply; {len(changed)} packages declare something else, {len(unnamed)} of them unnamed {unnamed[:5]}")
    wrong = evaluated(one, len(patches)) if options.evaluate else []
    print("\n".join(wrong + [f"evaluated: {len(patches) - len(wrong)} say what their message says"] * options.evaluate))
    two = clone(source, os.path.join(work, "shuffled"))
    git(two, "am", "--quiet", *shuffled(patches))
    print(f"shuffled: all apply, the tree is {'the same' if tree(one) == tree(two) else 'ANOTHER'}")
    end = tree(one)
    git(one, "revert", "--no-edit", f"{start}..HEAD")
    print(f"reverted: the tree is {'the original' if tree(one) == base else 'ANOTHER'}")
    sys.exit(0 if not wrong and end == tree(two) and tree(one) == base and not unnamed and not set(before) ^ set(after) else 1)


main()
