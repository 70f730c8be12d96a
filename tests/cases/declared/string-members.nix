# Strings among records, and lists of strings.
#= spice: list BSD GPL-2.0-only
#= tahoe: list GPL-2.0-or-later TGPPLv1+
#= crypt: list Apache-2.0 TrueCrypt License version 3.0
#= bird: list IDPL Interbase-1.0
{ lib, pkgs }:

{
  spice = pkgs.stdenv.mkDerivation {
    pname = "spice";
    version = "1";
    meta = {
      description = "A case";
      license = [ "BSD" lib.licenses.gpl2Only ]; #@ spice
    };
  };
  tahoe = pkgs.stdenv.mkDerivation {
    pname = "tahoe";
    version = "1";
    meta = {
      description = "A case";
      license = [ lib.licenses.gpl2Plus /* or */ "TGPPLv1+" ]; #@ tahoe
    };
  };
  crypt = pkgs.stdenv.mkDerivation {
    pname = "crypt";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; [ asl20 /* or */ "TrueCrypt License version 3.0" ]; #@ crypt
    };
  };
  bird = pkgs.stdenv.mkDerivation {
    pname = "bird";
    version = "1";
    meta = {
      description = "A case";
      license = [ "IDPL" "Interbase-1.0" ]; #@ bird
    };
  };
}
