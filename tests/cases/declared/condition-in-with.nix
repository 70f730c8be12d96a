# A condition on an argument with a default, under `with`.
#= plain: single BSD-3-Clause
#= extended: single unfree
{ lib, pkgs }:

let
  build =
    {
      enableExtra ? false,
    }:
    pkgs.stdenv.mkDerivation {
      pname = "plain";
      version = "1";
      meta = {
        license = with lib.licenses; if enableExtra then unfree else bsd3; #@ plain extended
      };
    };
in
{
  plain = build { };
  extended = build { enableExtra = true; };
}
