# Ways of building and of changing what was built.
#= final: MIT
#= attrs: Apache-2.0
#= attrs-by-function: Apache-2.0
#= attrs-of-final: Apache-2.0
#= beside: ISC
#= script: MIT
#= joined: Zlib
#= merged: MIT
#= dropped: MIT
#= same-on-both-sides: MIT
#= asserted: MIT
#= or-thrown: MIT
#= thrown-or: MIT
#= thrown-unless: MIT
#= python: MIT
#= pythons.cedar: MIT as builders.cedar
#= hook: MIT
#= over-unknown: MIT
#= of-haskell: BSD-3-Clause
#= of-haskell-changed: MIT
#= partly-known: MIT
{ pkgs ? import <nixpkgs> { } }:

let
  inherit (pkgs) lib stdenv;
  birch = pkgs.callPackage ./parts/birch.nix { };
  meta.license = lib.licenses.asl20;
in
{
  final = stdenv.mkDerivation (finalAttrs: {
    pname = "final";
    version = "1";
    name = "${finalAttrs.pname}-${finalAttrs.version}";
    meta.license = lib.licenses.mit;
  });
  attrs = birch.overrideAttrs { inherit meta; };
  attrs-by-function = birch.overrideAttrs (old: { inherit meta; });
  attrs-of-final = birch.overrideAttrs (final: old: { inherit meta; });
  of-haskell = pkgs.haskellPackages.callPackage ./parts/haskell.nix { };
  of-haskell-changed = pkgs.haskellPackages.mkDerivation {
    pname = "of-haskell-changed";
    version = "1";
    isLibrary = true;
    license = lib.licenses.bsd3;
    meta.license = lib.licenses.mit;
  };
  partly-known = pkgs.unseen.build {
    pname = "${pkgs.unseen.common.pname}-server";
    version = "1";
    meta = pkgs.unseen.common.meta // { license = lib.licenses.mit; };
  };
  beside = pkgs.runCommand "beside" { } "touch $out" // { meta.license = lib.licenses.isc; };
  script = pkgs.writeShellScriptBin "script" "true" // { meta = { license = lib.licenses.mit; }; };
  joined = pkgs.symlinkJoin {
    name = "joined";
    paths = [ birch ];
    meta.license = lib.licenses.zlib;
  };
  merged = birch // { passthru = { }; };
  dropped = stdenv.mkDerivation {
    pname = "dropped";
    version = "1";
    meta = removeAttrs pkgs.unseen.meta [ "license" ] // { license = lib.licenses.mit; };
  };
  same-on-both-sides = stdenv.mkDerivation {
    pname = "same";
    version = "1";
    meta.license = if pkgs.unseen.flag then lib.licenses.mit else lib.licenses.mit;
  };
  asserted = assert pkgs.unseen.flag; birch;
  or-thrown = if pkgs.unseen.flag then birch else throw "not here";
  thrown-or = if !pkgs.unseen.flag then builtins.abort "not here" else birch;
  thrown-unless = lib.throwIfNot pkgs.unseen.flag "not here" birch;
  python = pkgs.python3.pkgs.buildPythonPackage {
    pname = "cedar";
    version = "1";
    meta.license = lib.licenses.mit;
  };
  pythons = lib.recurseIntoAttrs {
    inherit
      ((pkgs.python3.override {
        packageOverrides = final: prev: {
          cedar = final.buildPythonPackage {
            pname = "cedar";
            version = "1";
            meta.license = lib.licenses.mit;
          };
        };
      }).pkgs)
      cedar
      ;
  };
  over-unknown = stdenv.mkDerivation (pkgs.unseen // { pname = "over"; meta.license = lib.licenses.mit; });
  hook = pkgs.makeSetupHook {
    name = "hook";
    meta.license = lib.licenses.mit;
  } ./parts/birch.nix;
}
