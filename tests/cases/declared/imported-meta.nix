# `meta = import ./file`.
#= imported: text bsd
{ lib, pkgs }:

{
  imported = pkgs.stdenv.mkDerivation {
    pname = "imported";
    version = "1";
    meta = import ./data/meta.nix;
  };
}
