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

  isFullRev = rev: builtins.match "[0-9a-f]{40}|[0-9a-f]{64}" rev != null;
  naming = rec {
    shortRev = rev: if isFullRev rev then builtins.substring 0 7 rev else rev;
    # What a name in the store may hold of a url or a revision.
    safe = text: lib.strings.sanitizeDerivationName text;
    urlToName =
      url:
      let
        last = baseNameOf (lib.removeSuffix "/" (lib.last (lib.splitString ":" (toString url))));
        stem = builtins.match "([^.]+)\\.git.*" last;
      in
      if stem == null then last else builtins.head stem;
    repoRevToName =
      kind: repo: rev:
      if kind == "source" then "source" else "${safe (urlToName repo)}-${safe (shortRev (baseNameOf rev))}-source";
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

  withHash = algos: args:
    let
      named = builtins.filter (algo: args.${algo} or "" != "") algos;
    in
    if args.hash or "" != "" then
      { outputHash = args.hash; outputHashAlgo = null; }
    else if named == [ ] then
      { outputHash = lib.fakeHash; outputHashAlgo = null; }
    else
      { outputHash = args.${builtins.head named}; outputHashAlgo = builtins.head named; };
  hashNames = [ "sha256" "sha512" "sha1" "md5" ];
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
    inherit (files) pathType pathIsDirectory pathIsRegularFile;
  };
  sources = filtered // naming // { inherit (files) pathType pathIsDirectory; };
  filesystem = files;
  path = {
    append = path: below: path + "/${below}";
    hasPrefix = prefix: path: toString path == toString prefix || lib.hasPrefix "${toString prefix}/" (toString path);
  };
  fetchers = {
    proxyImpureEnvVars = proxies ++ map lib.toUpper proxies ++ [ "NIX_SSL_CERT_FILE" ];
    normalizeHash = { hashTypes ? [ "sha256" ], required ? true }: args:
      builtins.removeAttrs args ([ "hash" ] ++ hashTypes) // withHash hashTypes args;
    withNormalizedHash = { hashTypes ? [ "sha256" ] }: f: args: f (builtins.removeAttrs args ([ "hash" ] ++ hashTypes) // withHash hashTypes args);
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
