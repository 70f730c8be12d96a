# A member that is itself a condition.
#= parser: list GPL-2.0-only LGPL-2.1-or-later
{ lib, pkgs }:

{
  parser = pkgs.stdenv.mkDerivation {
    pname = "parser";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; [ (if lib.versionAtLeast "2020" "2019" then gpl2Only else isc) lgpl21Plus ]; #@ parser
    };
  };
}
