# The value is at the call, the builder only inherits it.
#= snes: text Non-commercial
#= ideFree: single Apache-2.0
#= idePaid: single unfree
#= dictionary: single BSD-3-Clause
{ lib, pkgs }:

let
  core =
    { name, license }:
    pkgs.stdenv.mkDerivation {
      pname = name;
      version = "1";
      meta = {
        inherit license;
      };
    };
  ide = { pname, license, ... }@args: pkgs.stdenv.mkDerivation (removeAttrs args [ "license" ] // { meta = { inherit license; }; });
  dict = args: core { inherit (args) name; license = lib.licenses.bsd3; }; #@ dictionary
in
{
  snes = core {
    name = "snes";
    license = "Non-commercial"; #@ snes
  };
  ideFree = ide { pname = "ide-free"; version = "1"; license = lib.licenses.asl20; }; #@ ideFree
  idePaid = ide { pname = "ide-paid"; version = "1"; license = lib.licenses.unfree; }; #@ idePaid
  dictionary = dict { name = "dictionary"; };
}
