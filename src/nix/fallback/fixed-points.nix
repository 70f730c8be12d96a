# Values defined by themselves, and overlays on them.
{ lib }:

rec {
  fix =
    f:
    let
      self = f self;
    in
    self;

  fix' =
    f:
    let
      self = f self // {
        __unfix__ = f;
      };
    in
    self;

  converge =
    f: value:
    let
      next = f value;
    in
    if next == value then value else converge f next;

  extends =
    overlay: base: final:
    let
      previous = base final;
    in
    previous // overlay final previous;

  composeExtensions =
    first: second: final: previous:
    let
      early = first final previous;
    in
    early // second final (previous // early);

  composeManyExtensions = builtins.foldl' composeExtensions (_: _: { });

  makeExtensible = makeExtensibleWithCustomName "extend";

  makeExtensibleWithCustomName =
    name: base:
    fix' (
      self:
      base self
      // {
        ${name} = overlay: makeExtensibleWithCustomName name (extends overlay base);
      }
    );

  # An overlay from an overlay, from a function of the previous value, or from a plain value.
  toExtension =
    value:
    if lib.isFunction value then
      final: previous:
      let
        once = value previous;
      in
      if lib.isFunction once then value final previous else once
    else
      _: _: value;
}
