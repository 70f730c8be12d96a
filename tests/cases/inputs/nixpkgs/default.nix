{
  system,
  overlays ? [ ],
}:

let
  final = builtins.foldl' (prev: overlay: prev // overlay final prev) base overlays;
  base = {
    lib = import ./lib.nix;
    callPackage =
      file: given:
      let
        function = import file;
      in
      function (builtins.intersectAttrs (builtins.functionArgs function) final // given);
    stdenv = {
      isLinux = system == "x86_64-linux";
      mkDerivation = arguments: arguments // { type = "derivation"; };
    };
    hello = final.stdenv.mkDerivation { pname = "hello"; };
  };
in
final
