# A function argument wins over `with`: here the argument is a record.
#= shadowed: record Shadow-1.0
#= unshadowed: list Zlib MIT
{ lib, pkgs }:

let
  make =
    { zlib }:
    pkgs.stdenv.mkDerivation {
      pname = "shadowed";
      version = "1";
      meta = with lib.licenses; {
        license = zlib; #@ shadowed
      };
    };
in
{
  shadowed = make { zlib = { spdxId = "Shadow-1.0"; fullName = "Given by the caller"; }; };

  unshadowed = pkgs.stdenv.mkDerivation {
    pname = "unshadowed";
    version = "1";
    meta = {
      description = "A case";
      license = with lib.licenses; [ zlib mit ]; #@ unshadowed
    };
  };
}
