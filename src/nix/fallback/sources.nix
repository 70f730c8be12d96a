# Filtered folders, names of sources, fetchers' own helpers.
{ lib }:

let
  editorLeftover = name: lib.hasSuffix "~" name || builtins.match "^\\.sw[a-z]$|^\\..*\\.sw[a-z]$" name != null;
  versionControl = [ ".git" ".svn" "CVS" ".hg" ".jj" ".pijul" "_darcs" ];

  filtered = {
    # A filter on a filtered folder keeps what both keep.
    cleanSourceWith =
      {
        filter ? (_: _: true),
        src,
        name ? null,
      }:
      let
        earlier = src._isLibCleanSourceWith or false;
        origSrc = if earlier then src.origSrc else src;
        both = if earlier then path: type: src.filter path type && filter path type else filter;
        named =
          if name != null then
            name
          else if earlier then
            src.name
          else
            "source";
      in
      {
        inherit origSrc;
        filter = both;
        name = named;
        outPath = builtins.path {
          name = named;
          path = origSrc;
          filter = both;
        };
        _isLibCleanSourceWith = true;
      };
    cleanSourceFilter =
      path: type:
      let
        name = baseNameOf (toString path);
      in
      !(
        type == "unknown"
        || type == "directory" && builtins.elem name versionControl
        || type == "symlink" && lib.hasPrefix "result" name
        || lib.hasSuffix ".o" name
        || lib.hasSuffix ".so" name
        || editorLeftover name
      );
    cleanSource = src: filtered.cleanSourceWith { inherit src; filter = filtered.cleanSourceFilter; };
    sourceByRegex =
      src: patterns:
      filtered.cleanSourceWith {
        inherit src;
        filter =
          path: _:
          let
            below = lib.removePrefix (toString (src.origSrc or src) + "/") (toString path);
          in
          builtins.any (pattern: builtins.match pattern below != null) patterns;
      };
    sourceFilesBySuffices =
      src: suffices:
      filtered.cleanSourceWith {
        inherit src;
        filter = path: type: type == "directory" || builtins.any (suffix: lib.hasSuffix suffix (baseNameOf path)) suffices;
      };
    trace = src: src;
  };

  archives = [ "git" "tar" "zip" "gz" "tgz" "bz" "tbz" "bz2" "tbz2" "lzma" "txz" "xz" "zstd" ];
  # `a.tar.gz` and `a.git` are named `a`.
  withoutArchive =
    name:
    let
      parts = builtins.match "(.*)\\.([a-z0-9]+)" name;
    in
    if parts != null && builtins.elem (builtins.elemAt parts 1) archives then withoutArchive (builtins.head parts) else name;
  naming = rec {
    # Seven digits of a commit; of a tag what follows the words in front of its number.
    shortRev =
      rev:
      let
        last = baseNameOf (toString rev);
        numbered = builtins.match "([A-Za-z]+[-_. ]?)*v?([0-9.]+.*)" last;
      in
      if builtins.match "[0-9a-f]+" last != null then
        builtins.substring 0 7 last
      else if numbered != null then
        builtins.elemAt numbered 1
      else
        last;
    revOrTag = lib.revOrTag;
    urlToName = url: withoutArchive (baseNameOf (lib.removeSuffix "/" (lib.last (lib.splitString ":" (toString url)))));
    # With and without the kind of name in front: libraries differ.
    repoRevToName =
      first:
      if first == "source" then
        _: _: _: "source"
      else if first == "versioned" then
        repo: rev: _: named repo rev null
      else if first == "full" then
        named
      else
        named first;
    named =
      repo: rev: suffix:
      urlToName repo
      + (if rev == null then "" else "-${shortRev rev}")
      + (if suffix == null then "" else "-${suffix}")
      + "-source";
  };

  proxies = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];

  files = rec {
    pathType = path: (builtins.readDir (dirOf path)).${baseNameOf path};
    pathIsDirectory = path: builtins.pathExists path && pathType path == "directory";
    pathIsRegularFile = path: builtins.pathExists path && pathType path == "regular";
    pathHasContext = _: false;
    listFilesRecursive =
      folder:
      builtins.concatLists (
        lib.mapAttrsToList (
          name: type: if type == "directory" then listFilesRecursive (folder + "/${name}") else [ (folder + "/${name}") ]
        ) (builtins.readDir folder)
      );
    # `package.nix` in a folder makes the folder a package; everything else nests.
    packagesFromDirectoryRecursive =
      {
        callPackage,
        directory,
        ...
      }@args:
      let
        entry =
          name: type:
          let
            path = directory + "/${name}";
          in
          if type == "directory" then
            [ (lib.nameValuePair name (packagesFromDirectoryRecursive (args // { directory = path; }))) ]
          else if type == "regular" && lib.hasSuffix ".nix" name then
            [ (lib.nameValuePair (lib.removeSuffix ".nix" name) (callPackage path { })) ]
          else
            [ ];
      in
      if builtins.pathExists (directory + "/package.nix") then
        callPackage (directory + "/package.nix") { }
      else
        builtins.listToAttrs (builtins.concatLists (lib.mapAttrsToList entry (builtins.readDir directory)));
  };

  withHash = required: algos: args:
    let
      named = builtins.filter (algo: args.${algo} or "" != "") algos;
    in
    if !required && !(args ? hash) && !(builtins.any (algo: args ? ${algo}) algos) then
      { }
    else if args.hash or "" != "" then
      { outputHash = args.hash; outputHashAlgo = null; }
    else if named == [ ] then
      { outputHash = lib.fakeHash; outputHashAlgo = null; }
    else
      { outputHash = args.${builtins.head named}; outputHashAlgo = builtins.head named; };
in
{
  exported = {
    inherit (filtered)
      cleanSource
      cleanSourceFilter
      cleanSourceWith
      sourceByRegex
      sourceFilesBySuffices
      ;
    inherit (naming) repoRevToName urlToName shortRev;
    inherit (files)
      pathType
      pathIsDirectory
      pathIsRegularFile
      packagesFromDirectoryRecursive
      ;
    canCleanSource = src: src ? _isLibCleanSourceWith || !(lib.hasPrefix builtins.storeDir (toString src));
  };
  sources = filtered // removeAttrs naming [ "named" ] // { inherit (files) pathType pathIsDirectory; };
  filesystem = files;
  path = {
    append = path: below: path + "/${below}";
    hasPrefix = prefix: path: toString path == toString prefix || lib.hasPrefix "${toString prefix}/" (toString path);
  };
  fetchers = {
    proxyImpureEnvVars = proxies ++ map lib.toUpper proxies ++ [ "NIX_SSL_CERT_FILE" ];
    normalizeHash = { hashTypes ? [ "sha256" ], required ? true }: args:
      builtins.removeAttrs args ([ "hash" ] ++ hashTypes) // withHash required hashTypes args;
    withNormalizedHash =
      { hashTypes ? [ "sha256" ] }:
      fetcher:
      let
        wanted = lib.functionArgs fetcher;
        normal =
          args: builtins.removeAttrs args ([ "hash" ] ++ hashTypes) // withHash (!wanted.outputHash) hashTypes args;
      in
      lib.setFunctionArgs (args: fetcher (normal args)) (
        builtins.removeAttrs wanted [
          "outputHash"
          "outputHashAlgo"
        ]
        // {
          hash = wanted.outputHash;
        }
      );
  };
  # Sets of files are not followed: what matters of `toSource` is its folder.
  fileset = {
    toSource = { root, fileset }: filtered.cleanSourceWith { src = root; };
    unions = sets: sets;
    union = left: right: [ left right ];
    difference = left: _: left;
    intersection = left: _: left;
    fileFilter = _: path: path;
    maybeMissing = path: path;
    gitTracked = path: path;
    gitTrackedWith = _: path: path;
    fromSource = src: src.origSrc or src;
  };
}
