# Conditions inside conditions.
#= nested: single GPL-2.0-or-later
{ lib, pkgs }:

let
  nonfree = false;
  version3 = false;
  gpl = true;
in
{
  nested = pkgs.stdenv.mkDerivation {
    pname = "nested";
    version = "1";
    meta = {
      description = "A case";
      license = #@ nested
        with lib.licenses;
        if nonfree then unfree
        else if !gpl then lgpl21Plus
        else if version3 then gpl3Plus
        else gpl2Plus;
    };
  };
}
