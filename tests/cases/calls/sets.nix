# Sets that are made of tables, folders and conditions.
#= mapped.oak: MIT
#= listed.oak: Apache-2.0
#= generated.oak: Zlib
#= read.birch: MIT
#= available.oak: MIT
#= in-text: MIT
#= in-path: MIT
#= folded.elm: Apache-2.0
#= inherited: Apache-2.0
#= with-scope: MIT
#= by-mode.birch: MIT
#= by-functor: MIT
#= known-source: MIT
#= on-condition.oak: MIT
#= renamed.oak-1: MIT
{ pkgs ? import <nixpkgs> { } }:

let
  inherit (pkgs) lib stdenv;
  package = pname: license: stdenv.mkDerivation {
    inherit pname;
    version = "1";
    meta = { inherit license; };
  };
  grove = pkgs.callPackage ./parts/grove.nix { };
  folder = ./parts;
  source = (pkgs.callPackage ./parts/generated.nix { }).maple;
  by-mode = mode: { pkgs }: { birch = pkgs.callPackage ./parts/birch.nix { }; };
  caller.__functor = _: file: pkgs.callPackage file { };
in
builtins.mapAttrs (_: value: if value ? pname then value else lib.recurseIntoAttrs value) {
  mapped = lib.mapAttrs package { oak = lib.licenses.mit; };
  listed = builtins.listToAttrs [ (lib.nameValuePair "oak" (package "oak" lib.licenses.asl20)) ];
  generated = lib.genAttrs [ "oak" ] (name: package name lib.licenses.zlib);
  read = lib.mapAttrs' (
    name: _: lib.nameValuePair (lib.removeSuffix ".nix" name) (pkgs.callPackage (folder + "/${name}") { })
  ) (lib.filterAttrs (name: _: name == "birch.nix") (builtins.readDir folder));
  available = lib.filterAttrs (_: one: one.meta.available or true) {
    oak = package "oak" lib.licenses.mit;
    other = pkgs.unseen;
  };
  in-text = import "${folder}/birch.nix" { inherit lib stdenv; };
  in-path = import (folder + "/birch.nix") { inherit lib stdenv; };
  folded = builtins.foldl' (all: one: all // one) { } [ grove { more = package "more" lib.licenses.mit; } ];
  inherited = grove.elm;
  with-scope = with pkgs; callPackage ./parts/birch.nix { };
  by-mode = by-mode "plain" { inherit pkgs; };
  by-functor = caller ./parts/birch.nix;
  known-source = stdenv.mkDerivation {
    inherit (source) pname version src;
    meta.license = lib.licenses.mit;
  };
  on-condition = lib.optionalAttrs pkgs.unseen.flag { oak = package "oak" lib.licenses.mit; };
  renamed = lib.mapAttrs' (name: value: lib.nameValuePair "${name}-1" value) { oak = package "oak" lib.licenses.mit; };
}
