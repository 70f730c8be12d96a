# No output leads here.
{ lib, stdenv }:
stdenv.mkDerivation {
  pname = "stray";
  version = "1";
  meta.license = lib.licenses.zlib;
}
