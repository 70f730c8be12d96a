# A record that says no more than that it is not free.
#= unnamed: record unfree
{ lib, pkgs }:

{
  unnamed = pkgs.stdenv.mkDerivation {
    pname = "unnamed";
    version = "1";
    meta.license = { #@ unnamed
      free = false;
    };
  };
}
