# A name that a scope would hide is written with its set in front.
#= masked: list Artistic-1.0 BSD-2-Clause publicDomain Zlib
{ lib, pkgs }:

let
  zlib = throw "the package, not the license";
in
{
  masked = pkgs.stdenv.mkDerivation {
    pname = "masked";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; [ artistic1 bsd2 publicDomain lib.licenses.zlib ]; #@ masked
    };
  };
}
