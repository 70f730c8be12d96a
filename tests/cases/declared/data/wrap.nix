# A wrapper in a file of its own: `meta.position` is here, the license is elsewhere.
{ pkgs }:
unwrapped:
pkgs.stdenv.mkDerivation {
  pname = unwrapped.pname + "-wrapped";
  inherit (unwrapped) version;
  meta = unwrapped.meta // {
    description = "Wrapped";
  };
}
