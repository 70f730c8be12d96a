{
  lib,
  stdenv,
  larch,
}:

stdenv.mkDerivation {
  pname = "hazel";
  version = "1";
  src = ../larch;
  meta = {
    description = "Licensed like another package of the overlay";
    inherit (larch.meta) license;
  };
}
