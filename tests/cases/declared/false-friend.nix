# Another attribute that is also called `license` is not the license.
#= fetched: single unfreeRedistributable
{ lib, pkgs }:

{
  fetched = pkgs.stdenv.mkDerivation {
    pname = "fetched";
    version = "1";
    license = pkgs.fetchurl {
      url = "https://example.org/terms.txt";
      hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    };
    meta = {
      description = "A case";
      license = lib.licenses.unfreeRedistributable; #@ fetched
    };
  };
}
