# Bare strings: an id, words, a page.
#= npmish: text Artistic-2.0
#= shellish: text MIT-like
#= collector: text https://example.org/license.txt
{ lib, pkgs }:

{
  npmish = pkgs.stdenv.mkDerivation {
    pname = "npmish";
    version = "1";
    meta = {
      description = "A case";
      license = "Artistic-2.0"; #@ npmish
    };
  };
  shellish = pkgs.stdenv.mkDerivation {
    pname = "shellish";
    version = "1";
    meta = {
      description = "A case";
      license = "MIT-like"; #@ shellish
    };
  };
  collector = pkgs.stdenv.mkDerivation {
    pname = "collector";
    version = "1";
    meta = {
      description = "A case";
      license = https://example.org/license.txt; #@ collector
    };
  };
}
