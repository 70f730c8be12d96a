# Ways of writing a source, each with its first address.
#= url: https://example.org/oak-1.tar.gz
#= urls: https://example.org/oak-1.tar.xz
#= own-mirror: mirror://sourceforge/oak/oak-1.tar.gz
#= zip: https://example.org/oak-1.zip
#= git: https://example.org/oak.git
#= hub: https://github.com/grove/oak/archive/v1.tar.gz
#= hub-tag: https://github.com/grove/oak/archive/refs/tags/v1.tar.gz
#= hub-elsewhere: https://forge.example.org/grove/oak/archive/v1.tar.gz
#= lab: https://gitlab.com/grove/oak/-/archive/v1/oak-v1.tar.gz
#= lab-elsewhere: https://lab.example.org/grove/oak/-/archive/v1/oak-v1.tar.gz
#= hut: https://git.sr.ht/~grove/oak/archive/v1.tar.gz
#= tea: https://tea.example.org/grove/oak/archive/v1.tar.gz
#= berg: https://codeberg.org/grove/oak/archive/v1.tar.gz
#= bucket: https://bitbucket.org/grove/oak/get/v1.tar.gz
#= savannah: https://git.savannah.gnu.org/cgit/oak.git/snapshot/oak-v1.tar.gz
#= repo-or-cz: https://repo.or.cz/oak.git/snapshot/v1.tar.gz
#= gitiles: https://example.org/oak/+archive/v1.tar.gz
#= front: https://git.9front.org/grove/oak/v1/snap.tar.gz
#= sdist: mirror://pypi/o/oak/oak-1.tar.gz
#= sdist-zip: mirror://pypi/o/oak/oak-1.zip
#= patch: https://sources.debian.org/data/main/o/oak/1-2/debian/patches/build.patch
#= in-let: https://example.org/oak-1.tar.gz
#= by-system: https://example.org/x86_64-linux/oak
#= by-table: https://example.org/amd64/oak
#= by-table-or-thrown: https://example.org/amd64/oak
#= of-final: https://example.org/final-1.tar.gz
#= of-passthru: https://example.org/amd64/oak
#= changed: https://example.org/oak-2.tar.gz
#= several: https://example.org/oak-1.tar.gz
#= inherited: https://github.com/grove/maple/archive/v1.tar.gz
#= of-another: https://example.org/oak-1.tar.gz
#= named: https://example.org/oak-1.tar.gz
#= with-scope: https://example.org/oak-1.tar.gz
{ pkgs ? import <nixpkgs> { } }:

let
  inherit (pkgs) lib stdenv fetchurl;
  hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  package = src: stdenv.mkDerivation {
    pname = "oak";
    version = "1";
    inherit src;
    meta.license = lib.licenses.mit;
  };
  forge = { owner = "grove"; repo = "oak"; rev = "v1"; inherit hash; };
  table = {
    x86_64-linux = { arch = "amd64"; };
    aarch64-linux = { arch = "arm64"; };
  };
  at = place: fetchurl { url = "https://example.org/${place}/oak"; inherit hash; };
  version = "1";
  archive = fetchurl { url = "https://example.org/oak-${version}.tar.gz"; inherit hash; };
in
rec {
  url = package (fetchurl { url = "https://example.org/oak-1.tar.gz"; inherit hash; });
  urls = package (fetchurl { urls = [ "https://example.org/oak-1.tar.xz" "https://example.net/oak-1.tar.xz" ]; inherit hash; });
  own-mirror = package (fetchurl { url = "mirror://sourceforge/oak/oak-1.tar.gz"; inherit hash; });
  zip = package (pkgs.fetchzip { url = "https://example.org/oak-1.zip"; inherit hash; });
  git = package (pkgs.fetchgit { url = "https://example.org/oak.git"; rev = "v1"; inherit hash; });
  hub = package (pkgs.fetchFromGitHub forge);
  hub-tag = package (pkgs.fetchFromGitHub { owner = "grove"; repo = "oak"; rev = "refs/tags/v1"; inherit hash; });
  hub-elsewhere = package (pkgs.fetchFromGitHub (forge // { githubBase = "forge.example.org"; }));
  lab = package (pkgs.fetchFromGitLab forge);
  lab-elsewhere = package (pkgs.fetchFromGitLab (forge // { domain = "lab.example.org"; }));
  hut = package (pkgs.fetchFromSourcehut (forge // { owner = "~grove"; }));
  tea = package (pkgs.fetchFromGitea (forge // { domain = "tea.example.org"; }));
  berg = package (pkgs.fetchFromCodeberg forge);
  bucket = package (pkgs.fetchFromBitbucket forge);
  savannah = package (pkgs.fetchFromSavannah { inherit (forge) repo rev hash; });
  repo-or-cz = package (pkgs.fetchFromRepoOrCz { inherit (forge) repo rev hash; });
  gitiles = package (pkgs.fetchFromGitiles { url = "https://example.org/oak"; rev = "v1"; inherit hash; });
  front = package (pkgs.fetchFrom9Front forge);
  sdist = package (pkgs.fetchPypi { pname = "oak"; version = "1"; inherit hash; });
  sdist-zip = package (pkgs.fetchPypi { pname = "oak"; version = "1"; extension = "zip"; inherit hash; });
  patch = package (pkgs.fetchDebianPatch { pname = "oak"; version = "1"; debianRevision = "2"; patch = "build.patch"; inherit hash; });
  in-let = package archive;
  by-system = package (if stdenv.hostPlatform.system == "x86_64-linux" then at "x86_64-linux" else at "other");
  by-table = package (at table.${stdenv.hostPlatform.system}.arch);
  by-table-or-thrown = package (at (table.${pkgs.stdenvNoCC.hostPlatform.system} or (throw "no oak here")).arch);
  of-final = stdenv.mkDerivation (finalAttrs: {
    pname = "final";
    version = "1";
    src = fetchurl { url = "https://example.org/${finalAttrs.pname}-${finalAttrs.version}.tar.gz"; inherit hash; };
    meta.license = lib.licenses.mit;
  });
  of-passthru = stdenv.mkDerivation (finalAttrs: {
    pname = "oak";
    version = "1";
    src = finalAttrs.passthru.sources.${stdenv.hostPlatform.system};
    passthru.sources = lib.mapAttrs (_: one: at one.arch) table;
    meta.license = lib.licenses.mit;
  });
  changed = url.overrideAttrs { src = fetchurl { url = "https://example.org/oak-2.tar.gz"; inherit hash; }; };
  several = stdenv.mkDerivation {
    pname = "oak";
    version = "1";
    srcs = [ archive (at "more") ];
    meta.license = lib.licenses.mit;
  };
  inherited = stdenv.mkDerivation {
    inherit ((pkgs.callPackage ./parts/generated.nix { }).maple) pname version src;
    meta.license = lib.licenses.mit;
  };
  of-another = package in-let.src;
  named = package (fetchurl { name = "oak.tar.gz"; url = "https://example.org/oak-1.tar.gz"; sha256 = "0000000000000000000000000000000000000000000000000000"; });
  with-scope = with pkgs; package (fetchurl { url = "https://example.org/oak-1.tar.gz"; inherit hash; });
}
