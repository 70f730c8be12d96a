# Fetchers that the miniature nixpkgs has not: addresses as those of nixpkgs make them.
{ fetchurl, fetchzip }:

let
  at = { name ? "source", hash, ... }: url: fetchzip { inherit name url hash; };
  gitea = given@{ domain, owner, repo, rev, ... }: at given "https://${domain}/${owner}/${repo}/archive/${rev}.tar.gz";
in
{
  fetchgit = given@{ url, rev, ... }: at given url // { inherit url; };
  fetchFromGitHub =
    given@{ githubBase ? "github.com", owner, repo, rev, ... }:
    fetchzip {
      name = "source";
      url = "https://${githubBase}/${owner}/${repo}/archive/${rev}.tar.gz";
      hash = given.hash or given.sha256;
    };
  fetchFromGitLab =
    given@{ domain ? "gitlab.com", owner, repo, rev, ... }:
    at given "https://${domain}/${owner}/${repo}/-/archive/${rev}/${repo}-${rev}.tar.gz";
  fetchFromSourcehut =
    given@{ vc ? "git", domain ? "sr.ht", owner, repo, rev, ... }:
    at given "https://${vc}.${domain}/${owner}/${repo}/archive/${rev}.tar.gz";
  fetchFromGitea = gitea;
  fetchFromCodeberg = given: gitea (given // { domain = "codeberg.org"; });
  fetchFromBitbucket =
    given@{ owner, repo, rev, ... }: at given "https://bitbucket.org/${owner}/${repo}/get/${rev}.tar.gz";
  fetchFromSavannah =
    given@{ repo, rev, ... }:
    at given "https://git.savannah.gnu.org/cgit/${repo}.git/snapshot/${repo}-${rev}.tar.gz";
  fetchFromRepoOrCz = given@{ repo, rev, ... }: at given "https://repo.or.cz/${repo}.git/snapshot/${rev}.tar.gz";
  fetchFromGitiles = given@{ url, rev, ... }: at given "${url}/+archive/${rev}.tar.gz";
  fetchFrom9Front =
    given@{ domain ? "git.9front.org", owner, repo, rev, ... }:
    at given "https://${domain}/${owner}/${repo}/${rev}/snap.tar.gz";
  fetchDebianPatch =
    { pname, version, debianRevision ? null, patch, hash }:
    fetchurl {
      url =
        "https://sources.debian.org/data/main/${builtins.substring 0 1 pname}/${pname}/${version}"
        + "${if debianRevision == null then "" else "-${debianRevision}"}/debian/patches/${patch}";
      inherit hash;
    };
}
