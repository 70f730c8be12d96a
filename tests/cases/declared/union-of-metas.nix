# The licenses of three packages, each once.
#= bootstrap: list MIT Artistic-1.0 Zlib
{ lib, pkgs }:

let
  part = name: license: pkgs.stdenv.mkDerivation {
    pname = name;
    version = "1";
    meta = { inherit license; };
  };
  one = part "one" [ lib.licenses.mit ];
  two = part "two" (with lib.licenses; [ artistic1 zlib ]);
  three = part "three" [ lib.licenses.mit ];
in
{
  bootstrap = pkgs.stdenv.mkDerivation {
    pname = "bootstrap";
    version = "1";
    meta = {
      description = "A case";
      license = lib.unique (one.meta.license ++ two.meta.license ++ three.meta.license); #@ bootstrap
    };
  };
}
