# Functions on attribute sets.
{ lib, isUnknown }:

let
  pathText = path: builtins.concatStringsSep "." path;

  # The first output of those wanted that the package has, else the package itself.
  outputOf =
    wanted: package:
    if !(package ? outputSpecified) || !package.outputSpecified then package.${wanted} or package.out or package else package;
in
rec {
  inherit (builtins)
    attrNames
    attrValues
    catAttrs
    getAttr
    hasAttr
    intersectAttrs
    isAttrs
    listToAttrs
    mapAttrs
    removeAttrs
    ;

  nameValuePair = name: value: { inherit name value; };
  optionalAttrs = condition: set: if condition then set else { };
  getAttrs = names: set: genAttrs names (name: set.${name});
  attrVals = names: set: map (name: set.${name}) names;
  genAttrs = names: f: builtins.listToAttrs (map (name: nameValuePair name (f name)) names);
  genAttrs' = values: f: builtins.listToAttrs (map f values);
  filterAttrs =
    keep: set: builtins.removeAttrs set (builtins.filter (name: !keep name set.${name}) (builtins.attrNames set));
  filterAttrsRecursive =
    keep: set:
    builtins.mapAttrs (_: value: if builtins.isAttrs value then filterAttrsRecursive keep value else value) (
      filterAttrs keep set
    );
  mapAttrs' = f: set: builtins.listToAttrs (mapAttrsToList f set);
  mapAttrsToList = f: set: map (name: f name set.${name}) (builtins.attrNames set);
  attrsToList = mapAttrsToList nameValuePair;
  concatMapAttrs = f: set: mergeAttrsList (mapAttrsToList f set);
  concatAttrValues = set: builtins.concatLists (builtins.attrValues set);
  foldlAttrs =
    f: start: set:
    builtins.foldl' (result: name: f result name set.${name}) start (builtins.attrNames set);
  mergeAttrsList = builtins.foldl' (left: right: left // right) { };
  foldAttrs =
    f: start: sets:
    builtins.mapAttrs (_: lib.foldr f start) (zipAttrs sets);

  attrByPath =
    path: fallback: set:
    if path == [ ] then
      set
    else if builtins.isAttrs set && set ? ${builtins.head path} then
      attrByPath (builtins.tail path) fallback set.${builtins.head path}
    else
      fallback;
  hasAttrByPath =
    path: set:
    path == [ ]
    || builtins.isAttrs set && set ? ${builtins.head path} && hasAttrByPath (builtins.tail path) set.${builtins.head path};
  longestValidPathPrefix =
    path: set:
    if path == [ ] || !(builtins.isAttrs set && set ? ${builtins.head path}) then
      [ ]
    else
      [ (builtins.head path) ] ++ longestValidPathPrefix (builtins.tail path) set.${builtins.head path};
  setAttrByPath = path: value: lib.foldr (name: inner: { ${name} = inner; }) value path;
  getAttrFromPath = path: attrByPath path (throw "cannot find attribute `${pathText path}'");
  updateManyAttrsByPath =
    updates: value:
    builtins.foldl' (
      result: one:
      let
        change =
          path: here:
          if path == [ ] then
            one.update here
          else
            let
              name = builtins.head path;
              inner = if builtins.isAttrs here then here else { };
            in
            inner // { ${name} = change (builtins.tail path) (inner.${name} or { }); };
      in
      change one.path result
    ) value (builtins.sort (a: b: builtins.length a.path > builtins.length b.path) updates);

  collect =
    wanted: value:
    if wanted value then
      [ value ]
    else if builtins.isAttrs value then
      builtins.concatMap (collect wanted) (builtins.attrValues value)
    else
      [ ];
  cartesianProduct = foldlAttrs (
    rows: name: values:
    builtins.concatMap (row: map (value: row // { ${name} = value; }) values) rows
  ) [ { } ];
  cartesianProductOfSets = cartesianProduct;
  mapCartesianProduct = f: set: map f (cartesianProduct set);

  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond =
    enter: f: set:
    let
      walk =
        path:
        builtins.mapAttrs (
          name: value:
          if builtins.isAttrs value && enter value then walk (path ++ [ name ]) value else f (path ++ [ name ]) value
        );
    in
    walk [ ] set;
  mapAttrsToListRecursive = mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond =
    enter: f: set:
    let
      walk =
        path: value:
        if builtins.isAttrs value && (path == [ ] || enter path value) then
          builtins.concatLists (mapAttrsToList (name: walk (path ++ [ name ])) value)
        else
          [ (f path value) ];
    in
    walk [ ] set;

  zipAttrsWithNames =
    names: f: sets:
    genAttrs names (name: f name (builtins.catAttrs name sets));
  zipAttrsWith = builtins.zipAttrsWith or (f: sets: zipAttrsWithNames (builtins.attrNames (mergeAttrsList sets)) f sets);
  zipAttrs = zipAttrsWith (_: values: values);

  recursiveUpdateUntil =
    stop: left: right:
    let
      merge =
        path:
        zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
            newest = lib.last values;
          in
          if builtins.length values == 1 || stop here newest (builtins.head values) then
            newest
          else
            merge here values
        );
    in
    merge [ ] [ left right ];
  # Only sets are merged; whatever else meets is replaced by the right side.
  # A package over something unknown keeps what it states itself.
  recursiveUpdate =
    left: right:
    if isUnknown left then
      if !isUnknown right && builtins.isAttrs right && right.type or null != "derivation" then
        left // builtins.mapAttrs (name: recursiveUpdate left.${name}) right
      else
        right
    else if builtins.isAttrs left && builtins.isAttrs right then
      left // builtins.mapAttrs (name: value: if left ? ${name} then recursiveUpdate left.${name} value else value) right
    else
      right;
  matchAttrs =
    pattern: set:
    builtins.all (
      name:
      set ? ${name}
      && (
        if builtins.isAttrs pattern.${name} then
          builtins.isAttrs set.${name} && matchAttrs pattern.${name} set.${name}
        else
          pattern.${name} == set.${name}
      )
    ) (builtins.attrNames pattern);
  overrideExisting = old: new: builtins.mapAttrs (name: value: new.${name} or value) old;
  unionOfDisjoint =
    left: right:
    let
      both = builtins.intersectAttrs left right;
    in
    (left // right) // builtins.mapAttrs (name: _: throw "unionOfDisjoint: collision on ${name}") both;
  showAttrPath =
    path: if path == [ ] then "<root attribute path>" else builtins.concatStringsSep "." (map lib.strings.escapeNixIdentifier path);

  isDerivation = value: value.type or null == "derivation";
  toDerivation =
    path:
    let
      stored = builtins.storePath path;
      result = {
        type = "derivation";
        name = lib.strings.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf stored));
        outPath = stored;
        outputs = [ "out" ];
        out = result;
        outputName = "out";
      };
    in
    result;

  getOutput = outputOf;
  getFirstOutput =
    candidates: package:
    let
      found = lib.findFirst (name: package ? ${name}) null candidates;
    in
    if package.outputSpecified or false || found == null then package else package.${found};
  getBin = outputOf "bin";
  getLib = getFirstOutput [ "lib" "out" ];
  getStatic = getFirstOutput [ "static" "lib" "out" ];
  getDev = outputOf "dev";
  getInclude = getFirstOutput [ "include" "dev" "out" ];
  getMan = outputOf "man";
  chooseDevOutputs = map getDev;

  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
}
