# Names from data, looked up one by one.
#= texPackages.alpha: list LPPL-1.3c
#= texPackages.beta: list MIT GPL-2.0-or-later
{ lib, pkgs }:

let
  data = {
    alpha.license = [ "lppl13c" ];
    beta.license = [ "mit" "gpl2Plus" ];
  };
  build = pname: package: pkgs.stdenv.mkDerivation {
    inherit pname;
    version = "2026";
    meta.license = map (name: lib.licenses.${name}) package.license; #@ texPackages.alpha texPackages.beta
  };
in
{
  texPackages = lib.recurseIntoAttrs (lib.mapAttrs build data);
}
