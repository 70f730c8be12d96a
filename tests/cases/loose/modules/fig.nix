{ lib, stdenv }:

stdenv.mkDerivation {
  pname = "fig";
  version = "1";
  meta.license = with lib.licenses; [
    mit
    asl20
  ];
}
