# `import <nixpkgs>` in a tree that has no package set: what it gives is not known, but for the platform and for the
# overlays that are put over it.
# `packagesOn system` is the unknown set; `callPackageWith set` calls with what is known of `set`; `knownSet` and
# `knownList` give what is known of a value, which is nothing where it is none.
{
  packagesOn,
  callPackageWith,
  knownSet,
  knownList,
}:

let
  extended =
    base: overlays:
    let
      own = {
        pkgs = final;
        callPackage = callPackageWith final;
        callPackages = callPackageWith final;
        newScope = scope: callPackageWith (final // scope);
        extend = overlay: extended base (overlays ++ [ overlay ]);
        appendOverlays = more: extended base (overlays ++ knownList more);
        __functor = _: packages;
      };
      over = below: overlay: below // knownSet (overlay final below);
      final = builtins.foldl' over (base // own) overlays;
    in
    final;

  packages =
    arguments:
    let
      platform = arguments.system or arguments.localSystem or builtins.currentSystem;
      base = packagesOn (if arguments ? crossSystem then null else platform.system or platform);
    in
    extended base (knownList (arguments.overlays or [ ]));
in
packages
