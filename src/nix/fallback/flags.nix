# Flags of build tools, as strings.
{ lib }:

let
  equals = type: name: value: "-D${name}:${type}=${value}";
in
rec {
  enableFeature = condition: name: "--${if condition then "enable" else "disable"}-${name}";
  enableFeatureAs =
    condition: name: value:
    enableFeature condition name + (if condition then "=${value}" else "");
  withFeature = condition: name: "--${if condition then "with" else "without"}-${name}";
  withFeatureAs =
    condition: name: value:
    withFeature condition name + (if condition then "=${value}" else "");

  cmakeOptionType = type: name: value: equals (lib.toUpper type) name value;
  cmakeBool = name: condition: equals "BOOL" name (if condition then "TRUE" else "FALSE");
  cmakeFeature = equals "STRING";
  mesonOption = name: value: "-D${name}=${value}";
  mesonBool = name: condition: mesonOption name (lib.boolToString condition);
  mesonEnable = name: condition: mesonOption name (if condition then "enabled" else "disabled");
}
