{
  lib,
  stdenv,
  pname ? "larch",
}:

stdenv.mkDerivation {
  inherit pname;
  version = "1.4";
  meta.license = with lib.licenses; [
    asl20
    mit
  ];
}
