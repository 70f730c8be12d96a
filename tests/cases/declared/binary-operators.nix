# The earlier generation of operators: `base`, `mod`, `operator` (nixpkgs had them for a while).
#= older: operator GPL-2.0-only Classpath-exception-2.0
{ lib, pkgs }:

{
  older = pkgs.stdenv.mkDerivation {
    pname = "older";
    version = "1";
    meta = {
      description = "A case";
      license = { base = lib.licenses.gpl2Only; operator = "WITH"; mod = lib.licenses.classpathException20; }; #@ older
    };
  };
}
