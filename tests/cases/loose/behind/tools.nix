{ lib, stdenv, umbra }:
{
  chisel = stdenv.mkDerivation {
    pname = "chisel";
    version = "1";
    meta = umbra.meta // { license = lib.licenses.mit; };
  };
}
