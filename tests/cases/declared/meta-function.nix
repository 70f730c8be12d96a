# `meta` made by a function of the component.
#= armor-parser: single GPL-2.0-only
#= armor-utils: single GPL-2.0-only
{ lib, pkgs }:

let
  armorMeta = component: with lib; {
    description = "A case - ${component}";
    license = licenses.gpl2Only; #@ armor-parser armor-utils
  };
  part = component: pkgs.stdenv.mkDerivation {
    pname = "armor-${component}";
    version = "2";
    meta = armorMeta component;
  };
in
{
  armor-parser = part "parser";
  armor-utils = part "utils";
}
