{ lib, buildGoModule }:

buildGoModule {
  pname = "elm-wide";
  version = "0.1";
  meta.license = lib.licenses.isc;
}
