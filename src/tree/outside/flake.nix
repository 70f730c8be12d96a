# What a `flake.nix` is called with, and where in its outputs packages are.
# `nodes` are the pinned inputs that are at hand, `roots` the keys of the flake's own. `unknown name` is an input that is
# not known; `missing key value` is `value` in the place of a pinned one that is not at hand. `kindOf` is `typeOf`, and "unknown" for what is not known. `packages` is the function that the nixpkgs at
# `nixpkgsRoot` is, which the user chose or the lock pins; `carried` the one of which only ways of calling are known.
{
  flake,
  root,
  system,
  systems,
  systemsFile,
  lib,
  packages,
  carried,
  nixpkgsRoot,
  isChosen,
  nodes,
  roots,
  unknown,
  missing,
  kindOf,
  knownSet,
  knownList,
}:

let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    foldl'
    functionArgs
    head
    listToAttrs
    mapAttrs
    match
    ;

  forAll =
    names: f:
    listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );
  # The stated platform, unless `list` is known and leaves it out.
  among = list: filter (one: knownList list == [ ] || elem one (knownList list)) systems;
  mark = set: set // { recurseForDerivations = true; };

  # Inputs that many flakes share, by the place that they come from.
  nixpkgsOf =
    import: lib: rest:
    unknown "nixpkgs"
    // {
      inherit lib;
      legacyPackages = forAll systems (system: import { inherit system; });
      __functor = _: import;
    }
    // rest;
  nixpkgs =
    if isChosen && nixpkgsRoot != null then
      nixpkgsOf packages lib { outPath = nixpkgsRoot; }
    else if nixpkgsRoot == null then
      nixpkgsOf packages lib { }
    else
      nixpkgsOf carried lib { };

  eachSystem =
    list: f:
    foldl' (
      all: one: all // mapAttrs (name: value: (all.${name} or { }) // { ${one} = value; }) (f one)
    ) { } (filter (one: one == system) (among list));

  flake-utils = unknown "flake-utils" // {
    lib = unknown "flake-utils" // utils;
  };
  utils = rec {
    inherit eachSystem;
    eachDefaultSystem = eachSystem systems;
    eachSystemMap = list: forAll (among list);
    eachDefaultSystemMap = forAll systems;
    eachSystemPassThrough = list: f: foldl' (all: one: all // f one) { } (among list);
    eachDefaultSystemPassThrough = eachSystemPassThrough systems;
    defaultSystems = systems;
    allSystems = systems;
    system = forAll systems (one: one);
    filterPackages = _: set: set;
    flattenTree =
      let
        walk =
          prefix: set:
          concatMap (
            name:
            let
              value = set.${name};
            in
            if (knownSet value).recurseForDerivations or false then
              walk "${prefix}${name}/" value
            else
              [
                {
                  name = prefix + name;
                  inherit value;
                }
              ]
          ) (attrNames set);
      in
      tree: listToAttrs (walk "" tree);
  };

  flake-parts = unknown "flake-parts" // {
    lib = unknown "flake-parts" // {
      mkFlake = arguments: module: parts.mkFlake (arguments.inputs or inputs) module;
    };
  };

  parts = rec {
    # A function of named arguments gets those; what another module would provide is not known.
    called =
      arguments: f:
      let
        named = mapAttrs (name: _: arguments.${name} or (unknown "module argument `${name}`")) (functionArgs f);
      in
      f (if named == { } then arguments else named);
    # The sets that `module` and its imports come to.
    collect =
      arguments: module:
      let
        kind = kindOf module;
        set = knownSet (
          if kind == "path" || kind == "string" then
            { imports = [ (import module) ]; }
          else if kind == "lambda" then
            called arguments module
          else
            module
        );
        own = knownSet (set.config or set);
      in
      [ own ] ++ concatMap (collect arguments) (knownList (set.imports or [ ]));
    merged = name: foldl' (all: one: all // knownSet (one.${name} or { })) { };

    mkFlake =
      inputs: module:
      let
        modules = collect {
          inherit inputs withSystem lib;
          self = inputs.self or self;
          config = { inherit flake; };
        } module;
        flake = merged "flake" modules;
        listed = concatMap (one: knownList (one.systems or [ ])) modules;
        on =
          system:
          let
            arguments = {
              inherit system lib;
              pkgs =
                if inputs ? nixpkgs then inputs.nixpkgs.legacyPackages.${system} else packages { inherit system; };
              self' = outputs;
              config = outputs;
              inputs' = mapAttrs (
                _: input: unknown "input" // {
                  packages = input.packages.${system};
                  legacyPackages = input.legacyPackages.${system};
                }
              ) inputs;
            };
            all = arguments // merged "args" (map (one: one._module or { }) sets);
            sets = concatMap (one: if one ? perSystem then collect all one.perSystem else [ ]) modules;
            outputs = {
              packages = merged "packages" sets;
              legacyPackages = merged "legacyPackages" sets;
            };
          in
          { inherit outputs all; };
        withSystem = system: f: called ((on system).all // { config = (on system).outputs; }) f;
        transposed = name: (flake.${name} or { }) // forAll (among listed) (system: (on system).outputs.${name});
      in
      flake
      // {
        packages = transposed "packages";
        legacyPackages = transposed "legacyPackages";
      };
  };

  isFrom = pattern: place: match "(.*[/:])?${pattern}([/?#].*)?" place != null;
  placeOf =
    name: stated:
    let
      repository = if stated ? owner && stated ? repo then "${stated.owner}/${stated.repo}" else name;
    in
    stated.url or stated.follows or repository;
  isNixpkgs = name: stated: isFrom "nixpkgs(\\.lib)?" (placeOf name stated) || name == "nixpkgs";
  # What only arranges is stood for, also where it is at hand: it is asked for one platform then.
  arrangers =
    name: stated:
    let
      place = placeOf name stated;
    in
    if isNixpkgs name stated then
      [ ]
    else if isFrom "flake-utils" place then
      [ flake-utils ]
    else if isFrom "flake-parts" place then
      [ flake-parts ]
    else if isFrom "nix-systems/[^/]+" place || name == "systems" then
      [ { outPath = systemsFile; } ]
    else
      [ ];
  # An input that is not at hand.
  standIn =
    name: stated:
    let
      known = (if isNixpkgs name stated then [ nixpkgs ] else [ ]) ++ arrangers name stated;
    in
    if known != [ ] then
      head known
    else
      # What is called `lib` there is not that of nixpkgs.
      unknown "input `${name}`" // { lib = unknown "input `${name}`"; };
  input =
    keys: name: stated:
    let
      node = nodes.${keys.${name}};
      files = node.info // {
        outPath = node.folder;
        sourceInfo = node.info // {
          outPath = node.folder;
        };
      };
    in
    if keys ? ${name} && !(nodes ? ${keys.${name}}) && arrangers name stated == [ ] then
      missing keys.${name} (standIn name stated)
    else if !(keys ? ${name}) || !(nodes ? ${keys.${name}}) || (!node.isNamed && arrangers name stated != [ ]) then
      standIn name stated
    else if node.isNixpkgs then
      nixpkgsOf (import node.folder) (import (node.folder + "/lib")) files
    else if node.isFlake then
      flakeAt node files
    else
      files;
  flakeAt =
    node: files:
    let
      folder = if node.flakeFolder == "" then node.folder else node.folder + "/${node.flakeFolder}";
      flake = import (folder + "/flake.nix");
      inputs = inputsOf flake node.inputs // {
        inherit self;
      };
      made = flake.outputs inputs;
      self =
        (if kindOf made == "set" then made else unknown "output of an input" // knownSet made)
        // files
        // {
          outPath = folder;
          inherit inputs;
          outputs = made;
          _type = "flake";
        };
    in
    self;
  inputsOf =
    flake: keys:
    mapAttrs (input keys) (mapAttrs (_: _: { }) (functionArgs flake.outputs) // (flake.inputs or { }));
  inputs = inputsOf flake roots // {
    inherit self;
  };

  made = flake.outputs inputs;
  # Revision and date are those of a commit, which is not asked for.
  self =
    unknown "what git knows of the tree"
    // {
      lib = unknown "what git knows of the tree";
      outPath = root;
      sourceInfo.outPath = root;
      inherit inputs;
      outputs = made;
    }
    // knownSet made;

  isSet = value: kindOf value == "set";
  isPackage = value: (value.type or null) == "derivation";
  entered = value: if isSet value && !(isPackage value) then mark value else value;
  # The attribute `name` where it holds packages by platform.
  bySystem =
    name: deeper:
    let
      all = made.${name};
      here = all.${system};
    in
    if !(isSet all) then
      all
    else if !(all ? ${system}) then
      { }
    else
      mark {
        ${system} =
          if isSet here && !(isPackage here) then mark (if deeper then mapAttrs (_: entered) here else here) else here;
      };
  asOverlay =
    overlay:
    let
      around = packages { inherit system; };
      extended =
        if nixpkgsRoot == null then
          around.extend overlay
        else
          packages {
            inherit system;
            overlays = [ overlay ];
          };
    in
    entered (overlay extended around);
  overlays = mark (mapAttrs (_: asOverlay) made.overlays);
  found = {
    packages = bySystem "packages" false;
    legacyPackages = bySystem "legacyPackages" true;
    defaultPackage = bySystem "defaultPackage" false;
    overlays = if isSet made.overlays then overlays else made.overlays;
    overlay = asOverlay made.overlay;
  };
in
if kindOf made == "unknown" then
  builtins.intersectAttrs (knownSet made) found // { outputs = made; }
else
  builtins.intersectAttrs made found
