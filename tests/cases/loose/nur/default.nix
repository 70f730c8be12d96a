{
  pkgs ? import <nixpkgs> { },
}:

{
  lib = import ./lib.nix;
  larch = pkgs.callPackage ./pkgs/larch { };
  larch-docs = pkgs.callPackage ./pkgs/larch { withDocs = true; };
  passed-on = pkgs.hello;
  broken = pkgs.callPackage ./broken.nix { };
  tools = {
    rowan = pkgs.python3Packages.buildPythonApplication {
      pname = "rowan";
      version = "2";
      src = ./pkgs;
      meta.license = pkgs.lib.licenses.asl20;
    };
  };
}
