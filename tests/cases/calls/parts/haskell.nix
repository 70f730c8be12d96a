{ mkDerivation, base, lib }:
mkDerivation {
  pname = "of-haskell";
  version = "1";
  libraryHaskellDepends = [ base ];
  license = lib.licenses.bsd3;
}
