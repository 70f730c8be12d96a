# A wrapper whose `meta` is that of what it wraps.
#= browser-bin: record ?
#= browser: record ?
{ lib, pkgs }:

let
  wrap =
    unwrapped:
    pkgs.stdenv.mkDerivation {
      pname = "browser";
      version = "1";
      meta = unwrapped.meta // {
        description = "${unwrapped.meta.description}, wrapped";
        priority = -1;
      };
    };
in
{
  browser = wrap pkgs.browser-bin;
  browser-bin = pkgs.stdenv.mkDerivation {
    pname = "browser-bin";
    version = "1";
    meta = {
      description = "A case";
      license = { url = "https://example.org/eula"; }; #@ browser-bin browser
    };
  };
}
