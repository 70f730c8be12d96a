{
  inputs = {
    flake-utils.url = "github:numtide/flake-utils";
    nixpkgs.url = "nixpkgs/nixos-23.05";
    birch-src = {
      url = "github:example/birch";
      flake = false;
    };
  };

  outputs =
    {
      self,
      nixpkgs,
      flake-utils,
      birch-src,
    }:
    flake-utils.lib.eachDefaultSystem (
      system:
      let
        pkgs = nixpkgs.legacyPackages.${system};
      in
      rec {
        packages = flake-utils.lib.flattenTree {
          birch = pkgs.buildGoModule {
            name = "birch-1.2";
            src = birch-src;
            meta.license = pkgs.lib.licenses.gpl3Plus;
          };
        };
        defaultPackage = packages.birch;
        legacyPackages.tools.ash = pkgs.callPackage (
          { stdenv, lib }:
          stdenv.mkDerivation (finalAttrs: {
            pname = "ash";
            version = "3";
            meta.license = if system == "x86_64-linux" then lib.licenses.mit else lib.licenses.isc;
          })
        ) { };
      }
    )
    // flake-utils.lib.eachSystem [ "riscv64-linux" ] (system: {
      checks = throw "of another platform";
    })
    // {
      overlay = final: prev: {
        elder = prev.stdenv.mkDerivation {
          pname = "elder";
          version = "1";
          meta.license = final.lib.licenses.bsd3;
        };
      };
      overlays.unknown = flake-utils.overlays.default;
    };
}
