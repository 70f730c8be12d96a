{
  lib,
  stdenv,
  fetchFromGitHub,
  withDocs ? false,
}:

stdenv.mkDerivation rec {
  pname = "larch" + lib.optionalString withDocs "-docs";
  version = "1.4";
  src = fetchFromGitHub {
    owner = "example";
    repo = "larch";
    rev = "v${version}";
    sha256 = "0000000000000000000000000000000000000000000000000000";
  };
  meta = with lib; {
    description = "Draws trees";
    license = licenses.gpl3Plus;
  };
}
