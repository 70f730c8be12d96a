{ lib, buildPythonPackage }:

buildPythonPackage {
  pname = "kiwi";
  version = "1";
  meta.license = lib.licenses.mpl20;
}
