{ lib, stdenv }:
let
  package = name: license: stdenv.mkDerivation {
    pname = name;
    version = "1";
    meta.license = license;
  };
in
{
  ash = package "ash" lib.licenses.mit;
  elm = package "elm" lib.licenses.asl20;
}
