# How packages are called, overridden and grouped into scopes.
{ lib, isUnknown }:

let
  load = file: if lib.isFunction file then file else import file;
  applied = change: old: if lib.isFunction change then change old else change;

  # What an expression's arguments get: its own names from the scope, then what the call says.
  argumentsFor = scope: f: given: builtins.intersectAttrs (lib.functionArgs f) scope // given;

  checked =
    f: args:
    let
      wanted = lib.functionArgs f;
      missing = builtins.filter (name: !wanted.${name} && !(args ? ${name})) (builtins.attrNames wanted);
    in
    if missing == [ ] then
      args
    else
      abort "callPackage: the function wants `${builtins.head missing}', which neither the scope nor the call has";

  # The same change for the package and for each of its outputs.
  withOutputs =
    condition: drv: common: names:
    map (name: {
      inherit name;
      value = common // {
        inherit (drv.${name}) type outputName;
        outputSpecified = true;
        drvPath = assert condition; drv.${name}.drvPath;
        outPath = assert condition; drv.${name}.outPath;
      };
    }) names;
in
rec {
  overrideDerivation =
    drv: change:
    let
      changed = derivation (drv.drvAttrs // change drv);
    in
    extendDerivation true (
      {
        meta = drv.meta or { };
        passthru = drv.passthru or { };
      }
      // drv.passthru or { }
    ) changed;

  makeOverridable =
    f:
    let
      overridable =
        args:
        let
          result = f args;
          again = change: makeOverridable f (args // applied change args);
          afterwards = change: makeOverridable (lib.mirrorFunctionArgs f (inner: change (f inner))) args;
        in
        # What an unknown builder gives is a package, of which the evaluator knows what `overrideAttrs` does.
        if isUnknown result then
          result // { override = lib.mirrorFunctionArgs f again; }
        else if builtins.isAttrs result then
          result
          // {
            override = lib.mirrorFunctionArgs f again;
            overrideDerivation = change: afterwards (drv: overrideDerivation drv change);
          }
          // lib.optionalAttrs (result ? overrideAttrs) {
            overrideAttrs = change: afterwards (drv: drv.overrideAttrs change);
          }
        else if lib.isFunction result then
          lib.setFunctionArgs result (lib.functionArgs result) // { override = lib.mirrorFunctionArgs f again; }
        else
          result;
    in
    lib.mirrorFunctionArgs f overridable;

  callPackageWith =
    scope: file: given:
    let
      f = load file;
    in
    makeOverridable f (checked f (argumentsFor scope f given));

  callPackagesWith =
    scope: file: given:
    let
      f = load file;
      args = argumentsFor scope f given;
      packages = f args;
    in
    if lib.isDerivation packages then
      throw "callPackages: the function gives one package; use callPackage"
    else
      builtins.mapAttrs (name: _: makeOverridable (lib.mirrorFunctionArgs f (inner: (f inner).${name})) args) packages;

  callFromScopeWith =
    scope: file: given:
    let
      f = load file;
    in
    f (checked f (argumentsFor scope f given));

  extendDerivation =
    condition: extra: drv:
    let
      outputs = withOutputs condition drv common (drv.outputs or [ "out" ]);
      common = drv // builtins.listToAttrs outputs // { all = map (output: output.value) outputs; } // extra;
    in
    common
    // {
      drvPath = assert condition; drv.drvPath;
      outPath = assert condition; drv.outPath;
    };

  hydraJob =
    drv:
    if drv == null then
      null
    else
      {
        inherit (drv) name system meta;
        type = "derivation";
        outputs = drv.outputs or [ "out" ];
        inherit (drv) drvPath outPath;
      };

  makeScope =
    newScope: f:
    let
      self = f self // {
        newScope = extra: newScope (self // extra);
        callPackage = self.newScope { };
        overrideScope = overlay: makeScope newScope (lib.extends overlay f);
        overrideScope' = self.overrideScope;
        packages = f;
      };
    in
    self;

  makeScopeWithSplicing' =
    { splicePackages, newScope }@how:
    {
      otherSplices,
      keep ? (_: { }),
      extra ? (_: { }),
      f,
    }@what:
    let
      plain = splicePackages {
        pkgsBuildBuild = otherSplices.selfBuildBuild;
        pkgsBuildHost = otherSplices.selfBuildHost;
        pkgsBuildTarget = otherSplices.selfBuildTarget;
        pkgsHostHost = otherSplices.selfHostHost;
        pkgsHostTarget = self;
        pkgsTargetTarget = otherSplices.selfTargetTarget;
      };
      spliced = extra plain // plain // keep self;
      self = f self // {
        newScope = more: newScope (spliced // more);
        callPackage = newScope spliced;
        overrideScope = overlay: makeScopeWithSplicing' how (what // { f = lib.extends overlay f; });
        packages = f;
      };
    in
    self;
  makeScopeWithSplicing =
    splicePackages: newScope: otherSplices: keep: extra: f:
    makeScopeWithSplicing' { inherit splicePackages newScope; } {
      inherit
        otherSplices
        keep
        extra
        f
        ;
    };

  # A builder on top of a builder that takes either attributes or a function of the final attributes.
  extendMkDerivation =
    {
      constructDrv,
      excludeDrvArgNames ? [ ],
      excludeFunctionArgNames ? [ ],
      extendDrvArgs,
      inheritFunctionArgs ? true,
      transformDrv ? (drv: drv),
    }:
    lib.setFunctionArgs
      (
        given:
        transformDrv (
          constructDrv (
            final:
            let
              own = applied given final;
            in
            builtins.removeAttrs own excludeDrvArgNames // extendDrvArgs final own
          )
        )
      )
      (
        builtins.removeAttrs (
          (if inheritFunctionArgs then lib.functionArgs constructDrv else { }) // lib.functionArgs (extendDrvArgs { })
        ) excludeFunctionArgNames
      );

  # Derivations that are not evaluated before one of their stated attributes is not enough.
  lazyDerivation =
    {
      derivation,
      meta ? null,
      passthru ? { },
      outputs ? [ "out" ],
    }:
    lib.genAttrs outputs (name: derivation.${name})
    // {
      type = "derivation";
      inherit outputs;
      inherit (derivation)
        drvPath
        outPath
        outputName
        system
        name
        ;
    }
    // lib.optionalAttrs (meta != null) { inherit meta; }
    // passthru;
  optionalDrvAttr = condition: value: if condition then value else null;
  warnOnInstantiate = _: drv: drv;
  mapCrossIndex =
    f: index:
    builtins.mapAttrs (_: f) index;
}
