# A condition on a string argument.
#= community: single AGPL-3.0-only
#= standard: single unfree
{ lib, pkgs }:

let
  edition = name: pkgs.stdenv.mkDerivation {
    pname = "mail${name}";
    version = "1";
    meta.license = if name == "" then lib.licenses.unfree else lib.licenses.agpl3Only; #@ community standard
  };
in
{
  community = edition "-community";
  standard = edition "";
}
