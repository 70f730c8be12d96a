# A record written by one attribute path.
#= dotted: record MIT/X11
{ lib, pkgs }:

{
  dotted = pkgs.stdenv.mkDerivation {
    pname = "dotted";
    version = "1";
    meta = {
      description = "A case";
      license.fullName = "MIT/X11"; #@ dotted
    };
  };
}
