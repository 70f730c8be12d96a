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
  # Only the numbers in front are counted; what is short is filled with zeros, and a suffix such as `-rc1` stays.
  pad =
    count: version:
    let
      split = builtins.match "([^-]*)(-.*)?" version;
      numbers = lib.splitString "." (builtins.head split);
      suffix = builtins.elemAt split 1;
    in
    join (lib.take count (numbers ++ lib.replicate count "0")) + (if suffix == null then "" else suffix);
}
