# Functions of packages, called by the functions of a package set.
#= call: MIT
#= call-inline: MIT
#= call-with: GPL-3.0-or-later
#= call-with-unknown-scope: GPL-3.0-or-later
#= calls.ash: MIT
#= calls.elm: Apache-2.0
#= calls-with.elm: Apache-2.0
#= new-scope: GPL-3.0-or-later
#= changed: Apache-2.0
#= changed-by-function: Apache-2.0
#= changed-twice: Apache-2.0
#= overridable: GPL-3.0-or-later
#= overridable-changed: Apache-2.0
#= overridable-inside.oak: MIT
#= call-with-merged-scope: GPL-3.0-or-later
{ pkgs ? import <nixpkgs> { } }:

let
  inherit (pkgs) lib;
  self = {
    call = pkgs.callPackage ./parts/birch.nix { };
    call-inline = pkgs.callPackage (
      { lib, stdenv }:
      stdenv.mkDerivation {
        pname = "inline";
        version = "1";
        meta.license = lib.licenses.mit;
      }
    ) { };
    birch = self.call;
    call-with = lib.callPackageWith { inherit (pkgs) lib stdenv; inherit (self) birch; } ./parts/moss.nix { };
    call-with-unknown-scope = lib.callPackageWith (pkgs // self) ./parts/moss.nix { };
    calls = lib.recurseIntoAttrs (pkgs.callPackages ./parts/grove.nix { });
    calls-with = lib.recurseIntoAttrs (lib.callPackagesWith (pkgs // self) ./parts/grove.nix { });
    new-scope = pkgs.newScope self ./parts/moss.nix { };
    changed = self.new-scope.override { withDocs = true; };
    changed-by-function = self.new-scope.override (old: { withDocs = !(old.withDocs or false); });
    changed-twice = (self.new-scope.override { withDocs = false; }).override { withDocs = true; };
    overridable = lib.makeOverridable (import ./parts/moss.nix) { inherit (pkgs) lib stdenv; inherit (self) birch; };
    overridable-changed = self.overridable.override { withDocs = true; };
    overridable-inside = lib.recurseIntoAttrs {
      oak = lib.makeOverridable (
        { check ? false }:
        pkgs.stdenv.mkDerivation {
          pname = "oak";
          version = "1";
          flags = if check then "-c" else "";
          meta.license = lib.licenses.mit;
        }
      ) { };
    };
    call-with-merged-scope = lib.callPackageWith (lib.recursiveUpdate pkgs self) ./parts/moss.nix { };
  };
in
self
