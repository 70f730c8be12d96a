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
in
builtins.mapAttrs record licenses
// {
  AND = compound "AND";
  OR = compound "OR";
  WITH = license: exception: {
    licenseType = "exception";
    inherit license exception;
  };
  PLUS = license: {
    licenseType = "plus";
    inherit license;
  };
}
