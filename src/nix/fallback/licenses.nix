# `lib.licenses`: records from the facts that were handed in, and the operators.
{ lib, licenses }:

let
  # What equals the rule is left out of the facts: the name, the page at spdx.org, free, redistributable as free is.
  record =
    name: facts:
    {
      shortName = name;
      free = true;
      redistributable = facts.free or true;
      deprecated = false;
      licenseType = "simple";
    }
    // lib.optionalAttrs (facts ? spdxId) { url = "https://spdx.org/licenses/${facts.spdxId}.html"; }
    // facts;

  compound = operator: members: {
    licenseType = "compound";
    inherit operator;
    licenses = members;
  };

  # True for each license by `test`, and for what is combined by its parts. Permissive: the taker of a choice chooses.
  holds =
    test: permissive: license:
    let
      inner = holds test permissive;
      kind = license.licenseType;
      every = license.operator == (if permissive then "AND" else "OR");
    in
    if kind == "simple" then
      test license
    else if kind == "plus" then
      inner license.license
    else if kind == "exception" then
      inner license.license && inner license.exception
    else if kind == "compound" then
      (if every then builtins.all else builtins.any) inner license.licenses
    else
      throw "a license of the unknown type ${kind}";

  spdx =
    license:
    let
      inner = part: if builtins.elem part.licenseType [ "compound" "exception" ] then "(${spdx part})" else spdx part;
    in
    {
      simple = license.spdxId or "LicenseRef-nixos-${license.shortName}";
      plus = inner license.license + license.operator;
      exception = "${inner license.license} ${license.operator} ${inner license.exception}";
      compound = lib.concatMapStringsSep " ${license.operator} " inner license.licenses;
    }
    .${license.licenseType};
in
builtins.mapAttrs record licenses
// {
  AND = compound "AND";
  OR = compound "OR";
  WITH = license: exception: {
    licenseType = "exception";
    operator = "WITH";
    inherit license exception;
  };
  PLUS = license: {
    licenseType = "plus";
    operator = "+";
    inherit license;
  };

  evaluateProperty = holds;
  evaluateNamedProperty = name: holds (license: license.${name});
  isFree = holds (license: license.free) true;
  isRedistributable = holds (license: license.redistributable) true;
  containsLicenses = wanted: holds (license: builtins.elem license wanted) false;
  toSPDX = spdx;
}
