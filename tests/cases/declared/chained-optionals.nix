# Five lists in a chain, by flags of the version.
#= media: list LGPL-2.1-or-later GPL-2.0-or-later GPL-3.0-or-later
{ lib, pkgs }:

let
  version = "6.1";
  withGpl = true;
  withVersion3 = true;
  withUnfree = false;
in
{
  media = pkgs.stdenv.mkDerivation {
    pname = "media";
    inherit version;
    meta = {
      license = #@ media
        with lib.licenses;
        [ lgpl21Plus ]
        ++ lib.optional withGpl gpl2Plus
        ++ lib.optional (withGpl && withVersion3) gpl3Plus
        ++ lib.optional (lib.versionOlder version "4") isc
        ++ lib.optional withUnfree unfree;
    };
  };
}
