# `license = license`: an argument with a default, given by one caller.
#= database: single Sleepycat
#= database62: single AGPL-3.0-only
{ lib, pkgs }:

let
  generic =
    {
      version,
      license ? lib.licenses.sleepycat, #@ database
    }:
    pkgs.stdenv.mkDerivation {
      pname = "database";
      inherit version;
      meta = {
        license = license;
      };
    };
in
{
  database = generic { version = "5.3"; };
  database62 = generic { version = "6.2"; license = lib.licenses.agpl3Only; }; #@ database62
}
