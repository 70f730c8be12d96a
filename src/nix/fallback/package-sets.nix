# Sets of packages by the folders they live in.
{ lib }:

let
  inFolders =
    make: base:
    let
      entries = builtins.readDir base;
      folders = builtins.filter (name: entries.${name} == "directory") (builtins.attrNames entries);
    in
    final: _:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = make final (base + "/${name}");
      }) folders
    );
in
{
  directoryNames = base: inFolders (_: folder: folder) base { } { };
  mkAutoCalledPackageDir = inFolders (final: folder: final.callPackage folder { });
  mkAutoCalledManyVariantsDir = inFolders (
    final: folder: final.callPackage (final.callFromScope folder { }) { }
  );
}
