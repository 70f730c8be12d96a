# Option types: a name, a check, and what `modules.nix` needs for merging.
{ lib }:

let
  type =
    name: check:
    lib.mkOptionType {
      inherit name check;
      merge = lib.mergeOneOption;
    };
  inner = name: nested: check: type name check // { nestedTypes.elemType = nested; };
  wellTyped = nested: nested.check or (_: true);
  whole = type "int" builtins.isInt;
  between = low: high: type "intBetween" (value: builtins.isInt value && low <= value && value <= high);
  text = type "str" builtins.isString;
in
rec {
  inherit (lib) mkOptionType isType setType;
  isOptionType = lib.isType "option-type";

  raw = type "raw" (_: true);
  anything = type "anything" (_: true);
  unspecified = type "unspecified" (_: true);
  bool = type "bool" builtins.isBool;
  boolByOr = bool;
  int = whole;
  ints = {
    inherit between;
    unsigned = type "unsignedInt" (value: builtins.isInt value && value >= 0);
    positive = type "positiveInt" (value: builtins.isInt value && value > 0);
    u8 = between 0 255;
    u16 = between 0 65535;
    u32 = between 0 4294967295;
  };
  port = between 0 65535;
  float = type "float" builtins.isFloat;
  number = either int float;
  numbers = {
    nonnegative = type "numberNonnegative" (value: number.check value && value >= 0);
    positive = type "numberPositive" (value: number.check value && value > 0);
  };
  str = text;
  string = text;
  singleLineStr = type "singleLineStr" (value: builtins.isString value && builtins.match "[^\n\r]*\n?" value != null);
  nonEmptyStr = type "nonEmptyStr" (value: builtins.isString value && builtins.match "[ \t\n]*" value == null);
  strMatching = pattern: type "strMatching" (value: builtins.isString value && builtins.match pattern value != null);
  separatedString = separator: type "separatedString" builtins.isString // { inherit separator; };
  lines = separatedString "\n";
  commas = separatedString ",";
  envVar = separatedString ":";
  path = type "path" (value: lib.isStringLike value && builtins.substring 0 1 (toString value) == "/");
  pathInStore = path;
  package = type "package" (value: lib.isDerivation value || lib.isStorePath value);
  shellPackage = package;
  pkgs = type "pkgs" (value: value._type or "" == "pkgs");
  attrs = type "attrs" builtins.isAttrs;
  optionType = type "optionType" isOptionType;
  functionTo = nested: inner "functionTo" nested lib.isFunction;
  listOf = nested: inner "listOf" nested builtins.isList;
  nonEmptyListOf = nested: inner "nonEmptyListOf" nested (value: builtins.isList value && value != [ ]);
  attrsOf = nested: inner "attrsOf" nested builtins.isAttrs;
  lazyAttrsOf = nested: inner "lazyAttrsOf" nested builtins.isAttrs;
  nullOr = nested: inner "nullOr" nested (value: value == null || wellTyped nested value);
  uniq = nested: nested;
  unique = _: nested: nested;
  enum = values: type "enum" (value: builtins.elem value values) // { functor.payload = { inherit values; }; };
  either = left: right: type "either" (value: wellTyped left value || wellTyped right value);
  oneOf = choices: type "oneOf" (value: builtins.any (choice: wellTyped choice value) choices);
  coercedTo =
    from: coerce: to:
    type "coercedTo" (value: wellTyped from value || wellTyped to value) // { inherit from coerce to; };
  addCheck = base: check: base // { check = value: base.check value && check value; };
  submodule = module: submoduleWith { modules = lib.toList module; };
  submoduleWith =
    given:
    type "submodule" (value: builtins.isAttrs value || lib.isFunction value || builtins.isPath value)
    // { modules = given.modules or [ ]; };
  deferredModule = submodule { };
}
