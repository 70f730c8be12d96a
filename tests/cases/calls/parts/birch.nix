{ lib, stdenv }:
stdenv.mkDerivation {
  pname = "birch";
  version = "1";
  meta.license = lib.licenses.mit;
}
