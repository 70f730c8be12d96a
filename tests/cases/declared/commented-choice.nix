# A word between two members is a comment, whatever it says; and a member is a condition beside another.
#= tagger: list GPL-1.0-or-later Artistic-2.0
#= grammar: list GPL-2.0-only LGPL-2.1-or-later
{ lib, pkgs }:

let
  build = args: pkgs.stdenv.mkDerivation (lib.recursiveUpdate { meta.homepage = "https://example.org"; } args);
  version = "20190924";
in
{
  tagger = build {
    pname = "tagger";
    version = "12";
    meta.license = with lib.licenses; [ gpl1Plus /* or */ artistic2 ]; #@ tagger
  };
  grammar = build {
    pname = "grammar";
    inherit version;
    meta.license = with lib.licenses; [ #@ grammar
      (if lib.versionAtLeast version "20170418" then gpl2Only else ofl) # the program
      lgpl21Plus # the library
    ];
  };
}
