# `evalModules`, as far as the configuration of a package set needs it: imports, declarations, defaults, conditions,
# priorities, and merging by type. What is set without a declaration is kept as it is set; no type is checked.
{ lib }:

let
  isKind = kind: value: builtins.isAttrs value && value._type or null == kind;

  # Properties are carried down beside the value, so that the names in a module are known without its conditions.
  spread =
    priority: active: value:
    if isKind "merge" value then
      builtins.concatMap (spread priority active) value.contents
    else if isKind "if" value then
      spread priority (active && value.condition) value.content
    else if isKind "override" value then
      spread value.priority active value.content
    else if isKind "order" value then
      spread priority active value.content
    else
      [ { inherit priority active value; } ];
  plain = spread 100 true;

  below =
    name:
    builtins.concatMap (
      given:
      if builtins.isAttrs given.value && given.value ? ${name} then
        spread given.priority given.active given.value.${name}
      else
        [ ]
    );

  namesOf = sets: builtins.attrNames (builtins.foldl' (all: set: all // set) { } sets);

  merge =
    type: given:
    let
      active = builtins.filter (one: one.active) given;
      best = builtins.foldl' (low: one: if one.priority < low then one.priority else low) 9999 active;
      values = map (one: one.value) (builtins.filter (one: one.priority == best) active);
    in
    if active == [ ] then throw "an option is used but not set" else mergeAs (type.name or "unspecified") type values;

  mergeAs =
    name: type: values:
    let
      inner = type.nestedTypes.elemType or { };
      innerAs = mergeAs (inner.name or "unspecified") inner;
      first = builtins.head values;
    in
    if name == "attrsOf" || name == "lazyAttrsOf" then
      builtins.listToAttrs (
        map (key: {
          name = key;
          value = merge inner (below key (builtins.concatMap plain values));
        }) (namesOf values)
      )
    else if name == "listOf" || name == "nonEmptyListOf" then
      map (value: innerAs [ value ]) (builtins.concatLists values)
    else if name == "nullOr" then
      if builtins.all (value: value == null) values then null else innerAs (builtins.filter (v: v != null) values)
    else if name == "functionTo" then
      argument: innerAs (map (function: function argument) values)
    else if name == "coercedTo" then
      mergeAs type.to.name type.to (map (value: if type.from.check value then type.coerce value else value) values)
    else if name == "submodule" then
      (evalModules { modules = type.modules ++ values; }).config
    else if name == "separatedString" then
      builtins.concatStringsSep type.separator values
    else if name == "attrs" then
      builtins.foldl' (all: set: all // set) { } values
    else
      first;

  collect =
    arguments: module:
    let
      loaded = if builtins.isPath module || builtins.isString module then import module else module;
      wanted = builtins.mapAttrs (name: _: arguments.${name} or arguments.config._module.args.${name}) (
        lib.functionArgs loaded
      );
      value = if lib.isFunction loaded then loaded (arguments // wanted) else loaded;
      parted = value ? config || value ? options;
      bare = removeAttrs value [
        "imports"
        "disabledModules"
        "_file"
        "_class"
        "key"
        "meta"
      ];
    in
    [
      {
        options = value.options or { };
        config = if parted then value.config or { } else bare;
      }
    ]
    ++ builtins.concatMap (collect arguments) (value.imports or [ ]);

  level =
    declared: given:
    let
      undeclared = namesOf (builtins.filter builtins.isAttrs (map (one: one.value) given));
      value =
        name:
        let
          own = map (set: set.${name}) (builtins.filter (set: set ? ${name}) declared);
          set = below name given;
        in
        if own == [ ] then
          merge { } set
        else if builtins.any (isKind "option") own then
          leaf (builtins.foldl' (all: option: all // option) { } own) set
        else
          level own set;
    in
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = value name;
      }) (namesOf declared ++ undeclared)
    );

  leaf =
    option: given:
    let
      default = if option ? default then spread 1500 true option.default else [ ];
    in
    (option.apply or (value: value)) (merge (option.type or { }) (given ++ default));

  evalModules =
    {
      modules ? [ ],
      specialArgs ? { },
      class ? null,
      prefix ? [ ],
      ...
    }@given:
    let
      arguments = { inherit lib config options; } // specialArgs;
      all = builtins.concatMap (collect arguments) modules;
      declared = map (module: module.options) all;
      options = builtins.foldl' lib.recursiveUpdate { } declared;
      config = level declared (builtins.concatMap (module: plain module.config) all);
    in
    {
      _type = "configuration";
      inherit config options class;
      extendModules = more: evalModules (given // { modules = modules ++ more.modules or [ ]; });
    };
in
{
  inherit evalModules;
  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };
}
