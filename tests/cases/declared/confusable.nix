# A list with an id that is easily confused: read as written.
#= wrangle: list MIT APSL-2.0
{ lib, pkgs }:

{
  wrangle = pkgs.stdenv.mkDerivation {
    pname = "wrangle";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; [ mit apsl20 ]; #@ wrangle
    };
  };
}
