# `import <nixpkgs>` where a checkout of it stands behind the tree: its own entry, under a configuration that refuses no
# package.
{
  entry,
  system,
  allowed,
}:
given:
let
  config = given.config or { };
  permissive = if builtins.isFunction config then arguments: config arguments // allowed else config // allowed;
  platform = if given ? system || given ? localSystem then { } else { inherit system; };
in
entry (
  platform
  // given
  // {
    config = permissive;
    overlays = given.overlays or [ ];
  }
)
