# A default list in the builder, replaced by some packages.
#= frameworks.io: list LGPL-2.1-or-later BSD-2-Clause MIT
#= frameworks.contacts: list GPL-2.0-only
{ lib, pkgs }:

let
  mkFramework =
    args:
    pkgs.stdenv.mkDerivation (
      args
      // {
        version = "5";
        meta = {
          license = with lib.licenses; [ lgpl21Plus bsd2 mit ]; #@ frameworks.io
        }
        // (args.meta or { });
      }
    );
in
{
  frameworks = lib.recurseIntoAttrs {
    io = mkFramework { pname = "io"; };
    contacts = mkFramework {
      pname = "contacts";
      meta = {
        license = [ lib.licenses.gpl2Only ]; #@ frameworks.contacts
      };
    };
  };
}
