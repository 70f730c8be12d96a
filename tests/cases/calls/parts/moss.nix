{ lib, stdenv, birch, withDocs ? false }:
stdenv.mkDerivation {
  pname = "moss";
  version = "1";
  buildInputs = [ birch ];
  meta.license = if withDocs then lib.licenses.asl20 else lib.licenses.gpl3Plus;
}
