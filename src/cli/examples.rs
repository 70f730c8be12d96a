//! Examples and exit codes below the help of each command.

pub(super) const SCAN: &str = "\
Examples:
  clarity scan ripgrep hello --fetch       two packages, sources downloaded
  clarity scan 'python3Packages.*' --format table
  clarity scan ./overlay -o clarity.sarif  a tree of your own, for code scanning

Exit codes:
  0 nothing found   1 findings   2 usage   3 something could not be looked at
  130 interrupted";

pub(super) const REVIEW: &str = "\
Examples:
  clarity review                           your branch against the one it came from
  clarity review wip                       what is not committed
  clarity review pr 123 --fetch            a pull request, whatever is checked out
  clarity review origin/master --format markdown --fetch

Exit codes:
  0 nothing new   1 findings   2 usage   3 something could not be looked at
  130 interrupted";

pub(super) const LIST: &str = "\
Examples:
  clarity list 'python3Packages.re*'
  clarity list --tree ~/nixpkgs
  clarity list --format jsonl";

pub(super) const EXPLAIN: &str = "\
Examples:
  clarity explain ripgrep --fetch
  clarity explain hello --sources ~/sources
  clarity explain LIC010";

pub(super) const FIX: &str = "\
Examples:
  clarity fix ripgrep --fetch              show the diff
  clarity fix --maintainer me --patch-dir patches
  clarity fix --interactive

Exit codes:
  0 done   1 a fix was refused   2 usage   3 the time was over   130 interrupted";

pub(super) const SUGGEST: &str = "\
Examples:
  clarity suggest ./source
  clarity suggest hello-2.12.tar.gz --tree ~/nixpkgs
  clarity suggest ./source --format json";

pub(super) const DETECT: &str = "\
Examples:
  clarity detect ./source
  clarity detect hello-2.12.tar.gz
  clarity detect --explain ./source/LICENSE
  clarity detect ./source --format scancode";

pub(super) const DIFF: &str = "\
Examples:
  clarity diff old-1.0.tar.gz new-2.0.tar.gz
  clarity diff ripgrep --rev HEAD^ --rev HEAD --fetch
  clarity diff monday.json tuesday.json

Exit codes:
  0 the same   1 different   2 usage";
