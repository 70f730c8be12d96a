# Parts of version strings.
{ lib }:

let
  parts = builtins.splitVersion;
  join = builtins.concatStringsSep ".";
in
rec {
  splitVersion = parts;
  major = version: builtins.elemAt (parts version) 0;
  minor = version: builtins.elemAt (parts version) 1;
  patch = version: builtins.elemAt (parts version) 2;
  majorMinor = version: join (lib.take 2 (parts version));
  # Only the digits and points in front count; what is short is filled with zeros.
  pad =
    count: version:
    let
      numbers = lib.splitString "." (builtins.head (builtins.match "([0-9.]*).*" version));
      kept = builtins.filter (part: part != "") numbers;
    in
    join (lib.take count (kept ++ lib.replicate count "0"));
}
