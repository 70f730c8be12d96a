# `++ optional`: taken or left by a default.
#= squeeze: list GPL-3.0-only BSD-2-Clause
#= archive: list GPL-2.0-only GPL-3.0-only
{ lib, pkgs }:

let
  squeeze =
    { dsdSupport ? true }:
    pkgs.stdenv.mkDerivation {
      pname = "squeeze";
      version = "1";
      meta = {
        license = [ lib.licenses.gpl3Only ] ++ lib.optional dsdSupport lib.licenses.bsd2; #@ squeeze
      };
    };
  archive =
    { unfreeEnableUnrar ? false }:
    pkgs.stdenv.mkDerivation {
      pname = "archive";
      version = "1";
      meta = {
        license = with lib.licenses; [ gpl2Only gpl3Only ] ++ lib.optional unfreeEnableUnrar unfree; #@ archive
      };
    };
in
{
  squeeze = squeeze { };
  archive = archive { };
}
