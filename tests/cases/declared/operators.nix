# Operators, nested.
#= chosen: operator MIT Apache-2.0
#= combined: operator NCSA Apache-2.0 LLVM-exception
#= plus: operator Sleepycat
{ lib, pkgs }:

{
  chosen = pkgs.stdenv.mkDerivation {
    pname = "chosen";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; OR [ mit asl20 ]; #@ chosen
    };
  };
  combined = pkgs.stdenv.mkDerivation {
    pname = "combined";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; AND [ ncsa (WITH asl20 llvm-exception) ]; #@ combined
    };
  };
  plus = pkgs.stdenv.mkDerivation {
    pname = "plus";
    version = "1";
    meta = {
      description = "A case";
      license = lib.licenses.PLUS lib.licenses.sleepycat; #@ plus
    };
  };
}
