# Text from values: INI, key-value lines, JSON, Nix, command lines.
{ lib }:

let
  scalar =
    value:
    if value == true then
      "true"
    else if value == false then
      "false"
    else if value == null then
      "null"
    else if builtins.isInt value || builtins.isFloat value then
      (if builtins.isFloat value then lib.strings.floatToString value else toString value)
    else if builtins.isString value then
      value
    else if lib.isDerivation value then
      toString value
    else
      throw "generators: no text for a ${builtins.typeOf value}";

  pretty =
    indent: value:
    let
      deeper = indent + "  ";
      block = open: entries: close: "${open}\n${lib.concatMapStrings (entry: "${deeper}${entry}\n") entries}${indent}${close}";
      name = lib.strings.escapeNixIdentifier;
    in
    if builtins.isString value then
      lib.strings.escapeNixString value
    else if builtins.isList value then
      (if value == [ ] then "[ ]" else block "[" (map (pretty deeper) value) "]")
    else if lib.isDerivation value then
      "<derivation ${value.name or "???"}>"
    else if lib.isFunction value then
      "<function>"
    else if builtins.isAttrs value then
      (
        if value == { } then
          "{ }"
        else
          block "{" (lib.mapAttrsToList (key: inner: "${name key} = ${pretty deeper inner};") value) "}"
      )
    else if builtins.isPath value then
      toString value
    else if builtins.isFloat value then
      "~${lib.strings.floatToString value}"
    else
      scalar value;

in
rec {
  mkValueStringDefault = _: scalar;
  mkKeyValueDefault =
    {
      mkValueString ? scalar,
    }:
    separator: key: value:
    "${lib.escape [ separator ] key}${separator}${mkValueString value}";

  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    set:
    let
      lines =
        key: value:
        map (one: indent + mkKeyValue key one + "\n") (if listsAsDuplicateKeys then lib.toList value else [ value ]);
    in
    lib.concatStrings (builtins.concatLists (lib.mapAttrsToList lines set));
  toINI =
    {
      mkSectionName ? (name: lib.escape [ "[" "]" ] name),
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    sections:
    lib.concatStringsSep "\n" (
      lib.mapAttrsToList (
        name: section: "[${mkSectionName name}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } section
      ) sections
    );
  toINIWithGlobalSection =
    options:
    { globalSection, sections ? { } }:
    (if globalSection == { } then "" else toKeyValue (builtins.removeAttrs options [ "mkSectionName" ]) globalSection + "\n")
    + toINI options sections;
  toJSON = _: builtins.toJSON;
  toYAML = toJSON;
  toPretty =
    {
      indent ? "",
      multiline ? true,
      ...
    }:
    value:
    if multiline then
      pretty indent value
    else
      # One line: what stands between the pieces becomes a space.
      lib.concatStringsSep " " (
        builtins.filter (part: builtins.isString part) (builtins.split "\n *" (pretty "" value))
      );

  cli = rec {
    toGNUCommandLine =
      {
        mkOptionName ? (name: if builtins.stringLength name == 1 then "-${name}" else "--${name}"),
        mkBool ? (name: value: lib.optional value (mkOptionName name)),
        mkList ? (name: builtins.concatMap (value: mkOption name value)),
        mkOption ? (
          name: value:
          if value == null then
            [ ]
          else if optionValueSeparator == null then
            [ (mkOptionName name) (lib.generators.mkValueStringDefault { } value) ]
          else
            [ "${mkOptionName name}${optionValueSeparator}${lib.generators.mkValueStringDefault { } value}" ]
        ),
        optionValueSeparator ? null,
      }:
      set:
      builtins.concatLists (
        lib.mapAttrsToList (
          name: value:
          if builtins.isBool value then
            mkBool name value
          else if builtins.isList value then
            mkList name value
          else
            mkOption name value
        ) set
      );
    toGNUCommandLineShell = options: set: lib.escapeShellArgs (toGNUCommandLine options set);
  };
}
