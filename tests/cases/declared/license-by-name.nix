# The name of the license is a string that selects it.
#= selected: single Sleepycat
#= selectedOther: single ISC
{ lib, pkgs }:

let
  generic =
    { license }:
    pkgs.stdenv.mkDerivation {
      pname = "selected";
      version = "1";
      meta.license = if license == "sleepycat" then lib.licenses.sleepycat else lib.licenses.${license}; #@ selected selectedOther
    };
in
{
  selected = generic { license = "sleepycat"; };
  selectedOther = generic { license = "isc"; };
}
