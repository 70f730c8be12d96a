{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  outputs =
    { self, nixpkgs }:
    {
      packages.x86_64-linux =
        let
          pkgs = import nixpkgs {
            system = "x86_64-linux";
            overlays = [ self.overlays.default ];
          };
        in
        {
          inherit (pkgs) own changed kept passed;
          legacy = nixpkgs.legacyPackages.x86_64-linux.vireo_2.override { };
          read = import "${nixpkgs}/pkgs/tools/text/umbra" { inherit (pkgs) lib stdenv fetchurl; };
        };
      overlays.default = final: prev: {
        own = final.callPackage ./own.nix { };
        changed = prev.umbra.overrideAttrs (old: {
          meta = old.meta // {
            license = final.lib.licenses.isc;
          };
        });
        kept = prev.umbra.overrideAttrs (old: {
          version = "9";
        });
        passed = prev.vireo_1;
        tools = prev.lib.recurseIntoAttrs (prev.callPackages ./tools.nix { });
      };
    };
}
