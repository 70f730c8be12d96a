# A package set as one derivation for each distinct source. A derivation depends on the source and on clarity alone.
self:
{ pkgs
, packages ? pkgs
, clarity ? "${self.packages.${pkgs.stdenv.hostPlatform.system}.default}/bin/clarity"
, shard ? ""
}:

let
  # A source that can be named by a hash: what other packages have as well is listed once.
  sourcesOf = package:
    let
      found = builtins.tryEval (
        if !(builtins.isAttrs package) || (package.type or "") != "derivation" then [ ]
        else if builtins.isList (package.srcs or null) then package.srcs
        else if package ? src then [ package.src ]
        else [ ]
      );
      isFixed = source:
        let fixed = builtins.tryEval (builtins.isAttrs source && (source.outputHash or "") != ""); in
        fixed.success && fixed.value;
    in
    if found.success then builtins.filter isFixed found.value else [ ];

  urlsOf = source: source.urls or (if source ? url then [ source.url ] else [ ]);
  nameOf = source:
    let urls = urlsOf source; in
    if urls == [ ] then source.name or "source" else baseNameOf (builtins.head urls);

  row = source: {
    id = builtins.hashString "sha256" (builtins.unsafeDiscardStringContext "${source} ${nameOf source}");
    inherit source;
  };

  hashOf = source:
    let hash = source.outputHash; algorithm = source.outputHashAlgo or ""; in
    if algorithm == "" || algorithm == null || builtins.match "[a-z0-9]+[-:].*" hash != null then hash
    else "${algorithm}:${hash}";

  evidence = { id, source }: derivation {
    name = "evidence-${builtins.substring 0 32 id}";
    system = pkgs.stdenv.hostPlatform.system;
    builder = clarity;
    args = [
      "detect" "--format" "evidence" "--jobs" "1"
      "--hash" (hashOf source) "--hash-mode" (source.outputHashMode or "flat") "--name" (nameOf source)
      "--out" (placeholder "out") "${source}"
    ];
  };

  rows = builtins.concatMap (name: map row (sourcesOf packages.${name})) (builtins.attrNames packages);
  wanted = builtins.filter ({ id, ... }: builtins.substring 0 (builtins.stringLength shard) id == shard) rows;
in
builtins.listToAttrs (map (one: { name = "evidence-${one.id}"; value = evidence one; }) wanted)
