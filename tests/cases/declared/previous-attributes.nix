# An override that keeps the license of before, or else states one.
#= componentA: single LGPL-2.1-or-later
#= everything: single LGPL-2.1-or-later
{ lib, pkgs }:

let
  base = pkgs.stdenv.mkDerivation {
    pname = "component-a";
    version = "2";
  };
in
{
  componentA = base.overrideAttrs (prevAttrs: {
    meta = (prevAttrs.meta or { }) // {
      license = prevAttrs.meta.license or lib.licenses.lgpl21Plus; #@ componentA everything
    };
  });
  everything = pkgs.stdenv.mkDerivation {
    pname = "everything";
    version = "1";
    meta = {
      description = "A case";
      license = pkgs.componentA.meta.license;
    };
  };
}
