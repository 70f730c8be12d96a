{ stdenv }:
stdenv.mkDerivation {
  pname = 
}
