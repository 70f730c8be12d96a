{ lib, stdenv, fetchFromGitHub, umbra, withExtra ? false }:
stdenv.mkDerivation {
  pname = "own";
  version = "1";
  src = fetchFromGitHub {
    owner = "example";
    repo = "own";
    rev = "v1";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };
  meta = {
    inherit (umbra.meta) license;
  };
}
