# Sets of packages that see each other.
#= scope.birch: MIT
#= scope.moss: GPL-3.0-or-later
#= inner.deep.moss: GPL-3.0-or-later
#= extended.moss: Apache-2.0
#= by-names.moss: GPL-3.0-or-later
#= everything.moss: GPL-3.0-or-later
#= fixed.moss: GPL-3.0-or-later
#= layered.moss: Apache-2.0
#= added.birch: MIT
#= appended.moss: GPL-3.0-or-later
#= imported.birch: MIT
{ pkgs ? import <nixpkgs> { } }:

let
  inherit (pkgs) lib;
  members = self: {
    birch = self.callPackage ./parts/birch.nix { };
    moss = self.callPackage ./parts/moss.nix { };
  };
  scope = lib.makeScope pkgs.newScope members;
  # Only what the function names, from the packages and from the set itself.
  by-names =
    let
      own = file: let f = import file; in f (builtins.intersectAttrs (builtins.functionArgs f) (pkgs // set));
      set = {
        birch = own ./parts/birch.nix;
        moss = own ./parts/moss.nix;
      };
    in
    set;
  everything = rec {
    birch = import ./parts/birch.nix { inherit (pkgs) lib stdenv; };
    moss = import ./parts/moss.nix { inherit (pkgs) lib stdenv; inherit birch; };
  };
  base = self: members (self // { callPackage = pkgs.newScope self; });
  change = self: super: { moss = super.moss.override { withDocs = true; }; };
  overlay = final: prev: {
    birch = final.callPackage ./parts/birch.nix { };
    moss = final.callPackage ./parts/moss.nix { };
  };
in
builtins.mapAttrs (_: lib.recurseIntoAttrs) {
  inherit scope by-names everything;
  inner.deep = lib.recurseIntoAttrs {
    inherit
      (lib.makeScope scope.newScope (self: {
        moss = self.callPackage ./parts/moss.nix { };
      }))
      moss
      ;
  };
  extended = scope.overrideScope (
    self: super: {
      moss = super.moss.override { withDocs = true; };
    }
  );
  fixed = lib.fix base;
  layered = lib.fix (lib.extends change base);
  added = { inherit (pkgs.extend overlay) birch; };
  appended = { inherit (pkgs.appendOverlays [ overlay ]) moss; };
  imported = { inherit (import <nixpkgs> { overlays = [ overlay ]; }) birch; };
}
