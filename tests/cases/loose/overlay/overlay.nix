final: prev: {
  hazel = final.callPackage ./hazel/build.nix { };
  willow = prev.willow.overrideAttrs (old: {
    patches = [ ];
  });
}
