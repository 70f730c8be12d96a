# No license is stated: known, not unread. An empty list is a list.
#= vimPlugin: absent
#= emptyList: list
{ lib, pkgs }:

{
  vimPlugin = pkgs.stdenv.mkDerivation {
    pname = "vim-plugin";
    version = "1";
    meta.homepage = "https://example.org";
  };
  emptyList = pkgs.stdenv.mkDerivation {
    pname = "emptyList";
    version = "1";
    meta = {
      description = "A case";
      license = [ ]; #@ emptyList
    };
  };
}
