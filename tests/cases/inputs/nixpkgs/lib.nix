{
  genAttrs =
    names: f:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );
  licenses = {
    asl20.spdxId = "Apache-2.0";
    isc.spdxId = "ISC";
    mit.spdxId = "MIT";
    zlib.spdxId = "Zlib";
  };
}
