# Option declarations, priorities, assertions and kernel options, as data.
{ lib }:

let
  property = type: fields: fields // { _type = type; };
in
rec {
  setType = type: value: value // { _type = type; };
  isType = type: value: value._type or null == type;
  isOption = isType "option";
  mkOption = property "option";
  mkEnableOption =
    what:
    mkOption {
      default = false;
      example = true;
      description = "Whether to enable ${toString what}.";
      type = lib.types.bool;
    };
  mkOptionType = fields: property "option-type" ({ description = fields.name or null; check = _: true; } // fields);
  mkPackageOption =
    packages: name: more:
    mkOption (
      {
        type = lib.types.package;
        description = "The ${toString name} package to use.";
        default = lib.attrByPath (lib.toList (more.default or name)) null packages;
      }
    );
  literalExpression = text: property "literalExpression" { inherit text; };
  literalExample = literalExpression;
  literalMD = text: property "literalMD" { inherit text; };
  mdDoc = text: text;

  mkIf = condition: content: property "if" { inherit condition content; };
  mkMerge = contents: property "merge" { inherit contents; };
  mkAssert = assertion: message: content: if assertion then content else throw message;
  mkOverride = priority: content: property "override" { inherit priority content; };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkOrder = priority: content: property "order" { inherit priority content; };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mergeOneOption = _: definitions: (builtins.head definitions).value;
  mergeEqualOption = mergeOneOption;
  getValues = map (definition: definition.value);
  getFiles = map (definition: definition.file);
  showOption = lib.concatStringsSep ".";
  modules = {
    inherit
      mkIf
      mkMerge
      mkOverride
      mkDefault
      mkForce
      mkBefore
      mkAfter
      mkOrder
      ;
  };

  assertMsg = condition: message: condition || throw message;
  assertOneOf =
    name: value: valid:
    assertMsg (builtins.elem value valid) "${name} must be one of ${lib.generators.toPretty { } valid}, but is: ${
      lib.generators.toPretty { } value
    }";
  assertEachOneOf =
    name: values: valid:
    builtins.all (value: assertOneOf name value valid) values;
  asserts = { inherit assertMsg assertOneOf assertEachOneOf; };

  kernel =
    let
      tristate = value: {
        tristate = value;
        optional = false;
      };
    in
    {
      option = value: value // { optional = true; };
      unset = tristate null;
      no = tristate "n";
      yes = tristate "y";
      module = tristate "m";
      freeform = value: {
        freeform = value;
        optional = false;
      };
      whenHelpers = version: {
        whenAtLeast = wanted: mkIf (lib.versionAtLeast version wanted);
        whenOlder = wanted: mkIf (lib.versionOlder version wanted);
        whenBetween = from: to: mkIf (lib.versionAtLeast version from && lib.versionOlder version to);
      };
    };
}
