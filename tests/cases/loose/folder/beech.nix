{ stdenv, lib, ... }:

stdenv.mkDerivation (finalAttrs: {
  pname = "beech";
  version = "3";
  meta = {
    description = "Nothing about licenses";
  };
})
