# `inherit license` from a `let`.
#= daemon: single GPL-2.0-only
{ lib, pkgs }:

let
  license = lib.licenses.gpl2Only; #@ daemon
in
{
  daemon = pkgs.stdenv.mkDerivation {
    pname = "daemon";
    version = "1";
    meta = {
      description = "A case";
      inherit license;
    };
  };
}
