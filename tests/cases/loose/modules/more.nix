{ inputs, ... }:
{
  perSystem =
    { pkgs, system, ... }:
    {
      _module.args.pkgs = import inputs.nixpkgs {
        inherit system;
        overlays = [ inputs.self.overlays.default ];
      };
      packages.plum = pkgs.stdenv.mkDerivation {
        pname = "plum";
        version = "2";
        inherit (pkgs.fig) meta;
      };
    };
}
