{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.parts.url = "github:hercules-ci/flake-parts";
  inputs.checks.url = "github:example/checks";

  outputs =
    inputs@{ self, parts, ... }:
    parts.lib.mkFlake { inherit inputs; } {
      imports = [
        inputs.checks.flakeModule
        ./more.nix
      ];
      systems = [
        "x86_64-linux"
        "aarch64-darwin"
      ];
      flake.overlays.default = final: prev: { fig = final.callPackage ./fig.nix { }; };
      perSystem =
        {
          config,
          inputs',
          pkgs,
          ...
        }:
        {
          packages.fig = pkgs.callPackage ./fig.nix { };
          packages.default = config.packages.fig;
          packages.passed-on = inputs'.nixpkgs.legacyPackages.hello;
          checks.format = inputs'.checks.packages.format;
        };
    };
}
