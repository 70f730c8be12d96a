{ lib, buildGoModule }:

buildGoModule {
  pname = "elm-deep";
  version = "0.1";
  meta.license = lib.licenses.bsd3;
}
