# The license of another package, bound by `let`, or of the set.
#= wave: list GPL-3.0-or-later Apache-2.0
#= silence: single LGPL-2.1-or-later
#= binding: single Apache-2.0
{ lib, pkgs }:

let
  fork = pkgs.stdenv.mkDerivation {
    pname = "fork";
    version = "1";
    meta.license = lib.licenses.asl20; 
  };
in
{
  wave = pkgs.stdenv.mkDerivation {
    pname = "wave";
    version = "1";
    meta = {
      description = "A case";
      license = [ lib.licenses.gpl3Plus fork.meta.license ]; #@ wave
    };
  };
  pulse = pkgs.stdenv.mkDerivation {
    pname = "pulse";
    version = "1";
    meta.license = lib.licenses.lgpl21Plus; #@ silence
  };
  silence = pkgs.stdenv.mkDerivation {
    pname = "silence";
    version = "1";
    meta = {
      description = "A case";
      license = pkgs.pulse.meta.license;
    };
  };
  olm = pkgs.stdenv.mkDerivation {
    pname = "olm";
    version = "1";
    meta = {
      license = lib.licenses.asl20;
    };
  };
  binding = pkgs.stdenv.mkDerivation {
    pname = "binding";
    version = "1";
    meta = {
      inherit (pkgs.olm.meta) license;
    };
  };
}
