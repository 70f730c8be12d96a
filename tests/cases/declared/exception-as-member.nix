# An exception as a member of a list belongs to the license before it.
#= llvmish: list NCSA Apache-2.0 WITH LLVM-exception
#= llvmish8: list NCSA
{ lib, pkgs }:

let
  release_version = "18.1";
  licenseFor = version: with lib.licenses; [ ncsa ] ++ lib.optionals (lib.versionAtLeast version "11") [ asl20 llvm-exception ]; #@ llvmish llvmish8
  build = version: pkgs.stdenv.mkDerivation {
    pname = "llvmish";
    inherit version;
    meta = { license = licenseFor version; };
  };
in
{
  llvmish = build release_version;
  llvmish8 = build "8.0";
}
