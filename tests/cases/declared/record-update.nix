# A record of the table with one field replaced is that license, elsewhere.
#= updated: single unfree
{ lib, pkgs }:

{
  updated = pkgs.stdenv.mkDerivation {
    pname = "updated";
    version = "1";
    meta = {
      description = "A case";
      license = lib.licenses.unfree // { url = "https://example.org/terms"; }; #@ updated
    };
  };
}
