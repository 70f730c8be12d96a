# As much of a nixpkgs as the flake of the tests asks for.
{
  outputs =
    { self }:
    rec {
      lib = import ./lib.nix;
      legacyPackages = lib.genAttrs [
        "x86_64-linux"
        "aarch64-darwin"
      ] (system: import ./. { inherit system; });
    };
}
