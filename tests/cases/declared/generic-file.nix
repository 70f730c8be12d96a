# A file that gives a function of versions.
#= perfV2: single BSD-3-Clause
#= perfV3: single BSD-2-Clause
{ lib, pkgs }:

let
  mkVariant =
    version:
    let
      isVersion2 = lib.versions.major version == "2";
    in
    pkgs.stdenv.mkDerivation {
      pname = "perf";
      inherit version;
      meta.license = if isVersion2 then lib.licenses.bsd3 else lib.licenses.bsd2; #@ perfV2 perfV3
    };
in
{
  perfV2 = mkVariant "2.1";
  perfV3 = mkVariant "3.17";
}
