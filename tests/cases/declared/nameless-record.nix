# A record that only has a page.
#= nameless: record ?
{ lib, pkgs }:

{
  nameless = pkgs.stdenv.mkDerivation {
    pname = "nameless";
    version = "1";
    meta = {
      description = "A case";
      license = { url = "https://example.org/COPYING"; }; #@ nameless
    };
  };
}
