{
  description = "Packages by a function of platforms, and an overlay that has them too";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.extra.url = "github:example/extra";

  outputs =
    { self, nixpkgs, ... }@inputs:
    let
      forAllSystems = nixpkgs.lib.genAttrs [
        "x86_64-linux"
        "aarch64-darwin"
      ];
      pkgsFor = forAllSystems (
        system:
        import nixpkgs {
          inherit system;
          overlays = [
            inputs.extra.overlays.default
            self.overlays.default
          ];
        }
      );
    in
    {
      overlays.default = final: prev: {
        hazel = final.callPackage ./pkgs/hazel { };
        larch = final.callPackage ./pkgs/larch/package.nix { };
        sorrel = final.stdenv.mkDerivation {
          pname = "sorrel";
          version = "1";
          meta.license = final.lib.licenses.isc;
        };
      };

      packages = forAllSystems (
        system:
        let
          pkgs = pkgsFor.${system};
        in
        {
          inherit (pkgs) hazel larch;
          default = self.packages.${system}.hazel;
          inline = pkgs.stdenv.mkDerivation {
            pname = "inline";
            version = "2";
            src = self;
            meta.license = if pkgs.stdenv.isLinux then pkgs.lib.licenses.mit else pkgs.lib.licenses.isc;
          };
          revised = pkgs.stdenv.mkDerivation {
            pname = "revised";
            version = self.shortRev or "dirty";
            meta.license = [ pkgs.lib.licenses.zlib ];
          };
          passed-on = pkgs.hello;
        }
      );

      defaultPackage.x86_64-linux = self.packages.x86_64-linux.hazel;
      legacyPackages.x86_64-linux.tools.rowan = pkgsFor.x86_64-linux.callPackage ./pkgs/larch/package.nix {
        pname = "rowan";
      };
      devShells = throw "not looked at";
    };
}
