{
  description = "Compares the license metadata of nixpkgs with what the sources say";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      eachSystem = make:
        builtins.listToAttrs (map (system: { name = system; value = make nixpkgs.legacyPackages.${system}; }) systems);
      program = pkgs: "${self.packages.${pkgs.stdenv.hostPlatform.system}.default}/bin/clarity";
    in
    {
      packages = eachSystem (pkgs: {
        default = pkgs.callPackage ./package.nix { };
        static = pkgs.pkgsStatic.callPackage ./package.nix { };
      });

      apps = eachSystem (pkgs: { default = { type = "app"; program = program pkgs; }; });

      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell { nativeBuildInputs = [ pkgs.cargo pkgs.rustc pkgs.rustfmt pkgs.clippy ]; };
      });

      # The metadata of a small overlay; a finding makes it fail.
      checks = eachSystem (pkgs: {
        overlay = pkgs.runCommand "clarity-overlay" { } ''
          ${program pkgs} scan ${./fixtures/nixpkgs} --metadata-only --no-cache --cache-dir "$TMPDIR" --fail-on never
          touch $out
        '';
      });

      overlays.default = final: _: { clarity = final.callPackage ./package.nix { }; };

      nixosModules.default = import ./.github/nixos-module.nix self;

      # One derivation for each distinct source of a package set: { pkgs, packages ? pkgs, clarity ? ... } -> set.
      # Build them with any Nix, then `clarity merge RESULTS --tree NIXPKGS`.
      lib.audit = import ./.github/audit.nix self;
    };
}
