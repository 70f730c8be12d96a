# Compilers wrapped: license of the wrapped one.
#= compiler: single GPL-3.0-or-later
{ lib, pkgs }:

let
  unwrapped = pkgs.stdenv.mkDerivation {
    pname = "compiler";
    version = "13";
    meta = {
      license = lib.licenses.gpl3Plus; #@ compiler
    };
  };
  wrapCC =
    { cc ? null }:
    pkgs.stdenv.mkDerivation {
      pname = "compiler-wrapper";
      version = "13";
      meta =
        let
          cc_ = if cc != null then cc else { };
        in
        (if cc_ ? meta then removeAttrs cc.meta [ "priority" ] else { }) // { description = "wrapped"; };
    };
in
{
  compiler = wrapCC { cc = unwrapped; };
}
