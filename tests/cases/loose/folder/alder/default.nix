{ lib, buildGoModule }:

buildGoModule {
  pname = "alder";
  version = "0.1";
  meta.license = lib.licenses.mit;
}
