# The package, the flake and the module with a nixpkgs checkout of 2020.
{ root, tree }:
let
  pkgs = import tree { system = "x86_64-linux"; config = { }; overlays = [ ]; };
  # This nixpkgs knows no `cargoLock`: a folder of vendored crates stands for it.
  old = pkgs.rustPlatform // { buildRustPackage = a: pkgs.rustPlatform.buildRustPackage (removeAttrs a [ "cargoLock" ] // { cargoVendorDir = "vendor"; }); };
  self = { packages.x86_64-linux.default = pkgs.callPackage (root + "/package.nix") { rustPlatform = old; }; outPath = toString root; };
  flake = import (root + "/flake.nix");
  legacy = pkgs // { callPackage = f: a: pkgs.callPackage f ({ rustPlatform = old; } // a); };
  outputs = flake.outputs { inherit self; nixpkgs.legacyPackages.x86_64-linux = legacy; };
  audit = outputs.lib.audit { inherit pkgs; packages = { inherit (pkgs) hello sl; again = pkgs.hello; }; };
  module = (import (tree + "/nixos") { configuration = { imports = [ outputs.nixosModules.default ]; services.clarity = { enable = true; tree = "/srv/nixpkgs"; closure = "/run/current-system"; }; boot.isContainer = true; }; }).config.systemd.services.clarity;
in {
  package = outputs.packages.x86_64-linux.default.drvPath;
  app = outputs.apps.x86_64-linux.default.program;
  shell = outputs.devShells.x86_64-linux.default.drvPath;
  check = outputs.checks.x86_64-linux.overlay.drvPath;
  audit = map (name: audit.${name}.drvPath) (builtins.attrNames audit);
  module = module.serviceConfig.ExecStart;
  closure = builtins.unsafeDiscardStringContext (builtins.head module.serviceConfig.ExecStartPre);
}
