# The wrapper is another file than the license.
#= reader: list NCSA MIT
#= reader-unwrapped: list NCSA MIT
{ lib, pkgs }:

let
  wrap = import ./data/wrap.nix { inherit pkgs; };
in
{
  reader = wrap pkgs.reader-unwrapped;
  reader-unwrapped = pkgs.stdenv.mkDerivation {
    pname = "reader";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; [ ncsa mit ]; #@ reader reader-unwrapped
    };
  };
}
