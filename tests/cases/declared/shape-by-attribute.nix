# One binding, two attributes, two shapes.
#= printer: list MIT BSD-2-Clause GPL-2.0-or-later
#= printerWithPlugin: single unfree
{ lib, pkgs }:

let
  build =
    { withPlugin ? false }:
    pkgs.stdenv.mkDerivation {
      pname = "printer";
      version = "1";
      meta = with lib; {
        license = if withPlugin then licenses.unfree else with licenses; [ mit bsd2 gpl2Plus ]; #@ printer printerWithPlugin
      };
    };
in
{
  printer = build { };
  printerWithPlugin = build { withPlugin = true; };
}
