# Functions on `meta`, and what sources may be.
{ lib }:

let
  source = shortName: {
    inherit shortName;
    isSource = shortName == "fromSource";
  };
  kinds = [
    "fromSource"
    "binaryNativeCode"
    "binaryBytecode"
    "binaryFirmware"
    "obfuscatedCode"
  ];

  withId = lib.filterAttrs (_: record: builtins.isAttrs record && record ? spdxId) lib.licenses;
  lowercased = lib.mapAttrs' (_: record: lib.nameValuePair (lib.toLower record.spdxId) record) withId;

  # A pattern is a subset of an elaborated platform, or a string that is the name of a system.
  fits =
    platform: pattern:
    if builtins.isString pattern then
      pattern == platform.system
    else
      lib.matchAttrs (
        if pattern ? parsed then pattern else { parsed = pattern; }
      ) platform;
in
rec {
  sourceTypes = lib.genAttrs kinds source;

  licensesSpdx = lib.mapAttrs' (_: record: lib.nameValuePair record.spdxId record) withId;
  getLicenseFromSpdxIdOr = id: fallback: lowercased.${lib.toLower id} or fallback;
  getLicenseFromSpdxId = id: getLicenseFromSpdxIdOr id { shortName = id; };

  addMetaAttrs = more: drv: drv // { meta = drv.meta or { } // more; };
  setName = name: drv: drv // { inherit name; };
  updateName = change: drv: drv // { name = change drv.name; };
  appendToName =
    suffix:
    updateName (
      name:
      let
        parts = builtins.parseDrvName name;
      in
      "${parts.name}-${suffix}-${parts.version}"
    );
  mapDerivationAttrset = f: builtins.mapAttrs (_: value: if lib.isDerivation value then f value else value);

  defaultPriority = 5;
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = setPrio 10;
  hiPrio = setPrio (-10);
  lowPrioSet = mapDerivationAttrset lowPrio;
  hiPrioSet = mapDerivationAttrset hiPrio;
  dontDistribute = addMetaAttrs { hydraPlatforms = [ ]; };

  platformMatch = fits;
  availableOn =
    platform: package:
    (!(package ? meta.platforms) || builtins.any (fits platform) package.meta.platforms)
    && !(builtins.any (fits platform) (package.meta.badPlatforms or [ ]));

  getExe =
    package:
    getExe' package (package.meta.mainProgram or (lib.getName package));
  getExe' =
    package: program:
    if !lib.isDerivation package then
      throw "getExe': not a package"
    else if builtins.match ".*/.*" program != null then
      throw "getExe': the program `${program}' must be a name, not a path"
    else
      "${lib.getBin package}/bin/${program}";
}
