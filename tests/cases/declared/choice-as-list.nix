# Lists that mean a choice stay lists.
#= toolkit: list GPL-2.0-only GPL-3.0-only LGPL-2.1-or-later
#= grep: list publicDomain MIT
{ lib, pkgs }:

{
  toolkit = pkgs.stdenv.mkDerivation {
    pname = "toolkit";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; [ gpl2Only gpl3Only lgpl21Plus ]; #@ toolkit
    };
  };
  grep = pkgs.stdenv.mkDerivation {
    pname = "grep";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; [ publicDomain mit ]; #@ grep
    };
  };
}
