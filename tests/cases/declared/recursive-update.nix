# `meta` merged with defaults by `recursiveUpdate`.
#= perlish: single Artistic-2.0
#= perlishList: list Artistic-1.0 LGPL-2.1-or-later
{ lib, pkgs }:

let
  build =
    attrs:
    pkgs.stdenv.mkDerivation (
      lib.recursiveUpdate {
        version = "0";
        meta = { homepage = "https://perl.example.org"; platforms = lib.platforms.unix; };
      } attrs
    );
in
{
  perlish = build {
    pname = "perlish";
    meta = {
      description = "A case";
      license = lib.licenses.artistic2; #@ perlish
    };
  };
  perlishList = build {
    pname = "perlish-list";
    meta.license = with lib.licenses; [ artistic1 lgpl21Plus ]; #@ perlishList
  };
}
