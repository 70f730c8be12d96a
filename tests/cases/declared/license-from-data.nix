# The id comes from a data file and is looked up.
#= poem: single MIT
{ lib, pkgs }:

let
  project = (builtins.fromTOML (builtins.readFile ./data/pyproject.toml)).tool.poetry;
in
{
  poem = pkgs.stdenv.mkDerivation {
    pname = project.name;
    inherit (project) version;
    meta.license = lib.getLicenseFromSpdxId project.license; #@ poem
  };
}
