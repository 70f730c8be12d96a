# The packages behind the cases of calls: the miniature nixpkgs and what the cases need beside it.
{
  overlays ? [ ],
  ...
}@given:

let
  nixpkgs = ../../../../fixtures/nixpkgs;
  more = final: prev: {
    lib = prev.lib // {
      throwIfNot = condition: message: if condition then value: value else throw message;
      recurseIntoAttrs = set: set // { recurseForDerivations = true; };
      recursiveUpdate =
        left: right:
        left
        // builtins.mapAttrs (
          name: value:
          if builtins.isAttrs value && builtins.isAttrs (left.${name} or null) then
            final.lib.recursiveUpdate left.${name} value
          else
            value
        ) right;
      genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
      filterAttrs =
        keep: set: removeAttrs set (builtins.filter (name: !keep name set.${name}) (builtins.attrNames set));
    };
    unseen = {
      flag = true;
      meta.license = final.lib.licenses.isc;
      type = "derivation";
      pname = "unseen";
      common = {
        pname = "common";
        meta.license = final.lib.licenses.isc;
      };
      build = final.stdenv.mkDerivation;
    };
    haskellPackages = {
      base = final.stdenv.mkDerivation { name = "base"; };
      mkDerivation =
        { license, meta ? { }, ... }@arguments:
        final.stdenv.mkDerivation (
          removeAttrs arguments [ "license" ] // { meta = { inherit license; } // meta; }
        );
      callPackage = file: arguments: final.newScope final.haskellPackages file arguments;
    };
    extend = overlay: import ./. (given // { overlays = overlays ++ [ overlay ]; });
    appendOverlays = added: import ./. (given // { overlays = overlays ++ added; });
    writeShellScriptBin = name: text: final.runCommand name { } text;
    makeSetupHook = arguments: script: final.stdenv.mkDerivation (arguments // { inherit script; });
    python3 = python { };
  } // import ./fetchers.nix { inherit (prev) fetchurl fetchzip; };
  python = { packageOverrides ? (_: _: { }) }: import ./python.nix {
    inherit packageOverrides;
    pkgs = import ./. given;
  };
in
import nixpkgs (given // { overlays = [ more ] ++ overlays; })
