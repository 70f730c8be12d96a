# `meta` given as an argument, else a default.
#= server: single BSD-2-Clause
#= serverFork: single MIT
{ lib, pkgs }:

let
  generic =
    {
      pname,
      meta ? null,
    }:
    pkgs.stdenv.mkDerivation {
      inherit pname;
      version = "1";
      meta =
        if meta != null then
          meta
        else
          {
            description = "A case";
            license = lib.licenses.bsd2; #@ server
          };
    };
in
{
  server = generic { pname = "server"; };
  serverFork = generic {
    pname = "server-fork";
    meta = { license = lib.licenses.mit; }; #@ serverFork
  };
}
