# clarity as a package: `pkgs.callPackage ./package.nix { }`.
{ lib, rustPlatform, source ? lib.cleanSource ./. }:

let
  manifest = builtins.fromTOML (builtins.readFile ./Cargo.toml);
in
rustPlatform.buildRustPackage {
  pname = "clarity";
  version = manifest.package.version;
  src = source;
  cargoLock.lockFile = ./Cargo.lock;
  # They need the tools and the network of a checkout; `.ci/run` runs them.
  doCheck = false;

  meta = {
    description = "Compares the license metadata of nixpkgs with what the sources say";
    homepage = manifest.package.repository;
    license = lib.licenses.mit;
    mainProgram = "clarity";
    maintainers = [ ];
  };
}
