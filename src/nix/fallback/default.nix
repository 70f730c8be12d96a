# `lib` for trees that bring none: a lone file, an overlay, a checkout whose `lib` is a pin.
#
# Written from the documented behaviour of nixpkgs' `lib`; `licenses` are facts that the caller hands in.
# A name that is not here is not an error of the tree: the evaluator answers "unknown" for it.
# `isUnknown` tells what the evaluator does not know from what it does; under Nix everything is known.
# Each file is a function of the finished `lib` and may use any of it lazily.
{
  licenses,
  isUnknown ? _: false,
}:

let
  # The evaluator reads this mark: what a marked set does not have is not known.
  mark = set: set // { __carried = true; };

  assemble =
    lib:
    let
      trivial = (import ./trivial.nix) { inherit lib; };
      fixedPoints = (import ./fixed-points.nix) { inherit lib; };
      lists = (import ./lists.nix) { inherit lib; };
      attrsets = (import ./attrsets.nix) { inherit lib isUnknown; };
      strings = (import ./strings.nix) { inherit lib; };
      flags = (import ./flags.nix) { inherit lib; };
      versions = (import ./versions.nix) { inherit lib; };
      customisation = (import ./customisation.nix) { inherit lib isUnknown; };
      meta = (import ./meta.nix) { inherit lib; };
      sources = (import ./sources.nix) { inherit lib; };
      options = (import ./options.nix) { inherit lib; };
      types = (import ./types.nix) { inherit lib; };
      modules = (import ./modules.nix) { inherit lib; };
      packageSets = (import ./package-sets.nix) { inherit lib; };
      generators = (import ./generators.nix) { inherit lib; };
      systems = (import ./systems.nix) { inherit lib; };
      table = (import ./licenses.nix) { inherit lib licenses; };

      # Two libraries use one name in two senses; only one of them is exported at the top.
      exported =
        trivial
        // fixedPoints
        // removeAttrs lists [
          "hasPrefix"
          "removePrefix"
          "commonPrefix"
        ]
        // attrsets
        // removeAttrs strings [ "replicate" ]
        // flags
        // customisation
        // meta
        // sources.exported
        // modules
        // options;
    in
    mark exported
    // {
      trivial = mark trivial;
      fixedPoints = mark fixedPoints;
      lists = mark lists;
      attrsets = mark attrsets;
      versions = mark versions;
      customisation = mark customisation;
      derivations = mark customisation;
      types = mark types;
      generators = mark generators;
      systems = mark systems;
      strings = mark (strings // flags);
      meta = mark meta;
      options = mark options;
      modules = mark (modules // options.modules);
      packageSets = mark packageSets;
      maintainers = mark { };
      teams = mark { };
      inherit (sources)
        sources
        fileset
        filesystem
        fetchers
        path
        ;
      inherit (options) asserts kernel;
      licenses = table;
      platforms = systems.doubles;
      sourceTypes = meta.sourceTypes;
      cli = generators.cli;
    };
in
let
  makeExtensibleLib =
    make:
    let
      self = make self // {
        extend = overlay: makeExtensibleLib (final: let previous = make final; in previous // overlay final previous);
      };
    in
    self;
in
makeExtensibleLib assemble
