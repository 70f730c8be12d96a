{ pkgs, packageOverrides }:
let
  base = {
    buildPythonPackage = arguments: pkgs.stdenv.mkDerivation arguments;
  };
  final = base // packageOverrides final base;
in
{
  pkgs = final;
  override = { packageOverrides }: import ./python.nix { inherit pkgs packageOverrides; };
}
