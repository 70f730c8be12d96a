# Functions on strings.
{ lib }:

let
  lower = "abcdefghijklmnopqrstuvwxyz";
  upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  letters = text: builtins.genList (index: builtins.substring index 1 text) (builtins.stringLength text);
  escapeIn = chars: builtins.replaceStrings chars (map (char: "\\${char}") chars);
  regexSpecial = letters "\\[{()^$?*+|.";
  # The bytes of printable ASCII, in their order from 32 on.
  printable = letters " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  urlSafe = letters "${lower}${upper}0123456789-_.~";
  blank = " \t\r\n";
in
rec {
  inherit (builtins)
    compareVersions
    concatStringsSep
    elem
    elemAt
    filter
    fromJSON
    genList
    head
    isAttrs
    isInt
    isList
    isPath
    isString
    match
    parseDrvName
    readFile
    replaceStrings
    split
    stringLength
    substring
    tail
    toJSON
    typeOf
    unsafeDiscardStringContext
    ;
  storeDir = builtins.storeDir or "/nix/store";

  join = concatStringsSep;
  concatStrings = concatStringsSep "";
  concatLines = lines: concatStrings (map (line: line + "\n") lines);
  concatMapStrings = f: list: concatStrings (map f list);
  concatImapStrings = f: list: concatStrings (lib.imap1 f list);
  concatMapStringsSep =
    between: f: list:
    concatStringsSep between (map f list);
  concatImapStringsSep =
    between: f: list:
    concatStringsSep between (lib.imap1 f list);
  concatMapAttrsStringSep =
    between: f: set:
    concatStringsSep between (lib.mapAttrsToList f set);
  intersperse =
    between: list: lib.drop 1 (builtins.concatMap (value: [ between value ]) list);
  replicate = count: text: concatStrings (builtins.genList (_: text) count);
  replaceString = from: to: replaceStrings [ from ] [ to ];
  replaceChars = replaceStrings;

  optionalString = condition: text: if condition then text else "";
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      start = stringLength text - stringLength suffix;
    in
    start >= 0 && substring start (-1) text == suffix;
  hasInfix = infix: text: match ".*${escapeRegex infix}.*" "${text}" != null;
  removePrefix = prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  trim = trimWith {
    start = true;
    end = true;
  };
  trimWith =
    {
      start ? false,
      end ? false,
    }:
    text:
    let
      after = index: if index < stringLength text && lib.elem (substring index 1 text) blanks then after (index + 1) else index;
      before =
        index: from: if index > from && lib.elem (substring (index - 1) 1 text) blanks then before (index - 1) from else index;
      blanks = letters blank;
      first = if start then after 0 else 0;
      past = if end then before (stringLength text) first else stringLength text;
    in
    substring first (past - first) text;
  splitString =
    separator: text: filter isString (split (escapeRegex "${separator}") "${text}");
  splitStringBy =
    cut: keep: text:
    let
      chars = letters text;
      step =
        state: char:
        let
          isCut = cut state.previous char;
        in
        {
          previous = char;
          done = if isCut then state.done ++ [ state.current ] else state.done;
          current =
            if isCut then
              (if keep then char else "")
            else
              state.current + char;
        };
      result = builtins.foldl' step {
        previous = "";
        done = [ ];
        current = "";
      } chars;
    in
    if text == "" then [ "" ] else result.done ++ [ result.current ];
  stringToCharacters = letters;
  stringAsChars = f: text: concatStrings (map f (letters text));
  commonPrefixLength =
    left: right:
    let
      limit = lib.min (stringLength left) (stringLength right);
      from = index: if index >= limit || substring index 1 left != substring index 1 right then index else from (index + 1);
    in
    from 0;
  commonSuffixLength =
    left: right:
    let
      reversed = text: concatStrings (lib.reverseList (letters text));
    in
    commonPrefixLength (reversed left) (reversed right);

  lowerChars = letters lower;
  upperChars = letters upper;
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;
  toSentenceCase = text: toUpper (substring 0 1 text) + toLower (substring 1 (-1) text);
  toCamelCase =
    text:
    let
      words = filter (word: isString word && word != "") (split "[-_ ]+" text);
      first = substring 0 1;
      capital = word: toUpper (first word) + substring 1 (-1) word;
    in
    if words == [ ] then "" else toLower (first (head words)) + substring 1 (-1) (head words) + concatMapStrings capital (tail words);
  charToInt =
    char:
    let
      index = lib.lists.findFirstIndex (other: other == char) null printable;
      controls = {
        "\t" = 9;
        "\n" = 10;
        "\r" = 13;
      };
    in
    if index == null then controls.${char} else index + 32;

  escape = escapeIn;
  escapeC = chars: replaceStrings chars (map (char: "\\x${toLower (lib.fixedWidthString 2 "0" (lib.toHexString (charToInt char)))}") chars);
  escapeRegex = escapeIn regexSpecial;
  escapeURL =
    text:
    stringAsChars (
      char: if elem char urlSafe then char else "%${lib.fixedWidthString 2 "0" (lib.toHexString (charToInt char))}"
    ) text;
  escapeXML =
    replaceStrings
      [ "\"" "'" "<" ">" "&" ]
      [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  escapeShellArg =
    value:
    let
      text = toString value;
    in
    if match "[A-Za-z0-9,._+:@%/-]+" text != null then text else "'${replaceString "'" "'\\''" text}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escapeNixString = text: replaceString "$" "\\$" (toJSON text);
  escapeNixIdentifier =
    text: if match "[a-zA-Z_][a-zA-Z0-9_'-]*" text != null then text else escapeNixString text;
  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  toShellVar =
    name: value:
    if !isValidPosixName name then
      throw "toShellVar: ${name} is not a valid shell variable name"
    else if isAttrs value && !isCoercibleToString value then
      "declare -A ${name}=(${concatStringsSep " " (lib.mapAttrsToList (key: inner: "[${escapeShellArg key}]=${escapeShellArg inner}") value)})"
    else if isList value then
      "declare -a ${name}=(${escapeShellArgs value})"
    else
      "${name}=${escapeShellArg value}";
  toShellVars = set: concatStringsSep "\n" (lib.mapAttrsToList toShellVar set);

  makeSearchPath =
    below: roots: concatMapStringsSep ":" (root: "${root}/${below}") (filter (root: root != null) roots);
  makeSearchPathOutput =
    output: below: packages:
    makeSearchPath below (map (lib.getOutput output) packages);
  makeBinPath = makeSearchPathOutput "bin" "bin";
  makeLibraryPath = packages: makeSearchPath "lib" (map lib.getLib packages);
  makeIncludePath = packages: makeSearchPath "include" (map lib.getInclude packages);
  normalizePath =
    text:
    let
      parts = filter (part: isString part && part != "") (split "/+" text);
    in
    (if hasPrefix "/" text then "/" else "") + concatStringsSep "/" parts + (if hasSuffix "/" text && parts != [ ] then "/" else "");

  splitVersion = builtins.splitVersion;
  versionOlder = left: right: compareVersions right left == 1;
  versionAtLeast = left: right: !versionOlder left right;
  getName = value: value.pname or (parseDrvName (if isString value then value else value.name)).name;
  getVersion = value: value.version or (parseDrvName (if isString value then value else value.name)).version;
  nameFromURL =
    url: separator:
    let
      file = lib.last (splitString "/" url);
      pieces = splitString separator file;
    in
    if builtins.length pieces == 1 then throw "nameFromURL: no ${separator} in ${file}" else head pieces;
  sanitizeDerivationName =
    text:
    let
      raw = unsafeDiscardStringContext "${text}";
      pieces = split "[^[:alnum:]+._?=-]+" (head (match "\\.*(.*)" raw));
      safe = concatMapStrings (piece: if isList piece then "-" else piece) pieces;
      short = substring (lib.max (stringLength safe - 207) 0) (-1) safe;
    in
    if raw != "" && stringLength raw <= 207 && match "[[:alnum:]+_?=-][[:alnum:]+._?=-]*" raw != null then
      raw
    else if short == "" then
      "unknown"
    else
      short;

  fixedWidthString =
    width: filler: text:
    if stringLength text > width then
      throw "fixedWidthString: `${text}' is longer than ${toString width}"
    else
      replicate (width - stringLength text) filler + text;
  fixedWidthNumber = width: number: fixedWidthString width "0" (toString number);
  # Six digits, as `toString` prints floats.
  floatToString = toString;
  toInt =
    text:
    let
      digits = match "[[:space:]]*(-?)(0*)([0-9]+)[[:space:]]*" text;
    in
    if digits == null then
      throw "toInt: could not convert ${escapeNixString text} to int"
    else if elemAt digits 1 != "" && elemAt digits 2 != "0" then
      throw "toInt: ambiguity in interpretation of ${escapeNixString text} between octal and zero padded integer"
    else
      toIntBase10 text;
  toIntBase10 =
    text:
    let
      digits = match "[[:space:]]*0*(-?[0-9]+)[[:space:]]*" text;
      sign = match "[[:space:]]*(-?)0*([0-9]+)[[:space:]]*" text;
    in
    if digits == null && sign == null then
      throw "toIntBase10: could not convert ${escapeNixString text} to int"
    else
      fromJSON (if sign != null then head sign + elemAt sign 1 else head digits);

  isStringLike = value: isString value || isPath value || value ? outPath || value ? __toString;
  isConvertibleWithToString =
    value:
    isStringLike value
    || isList value && lib.all isConvertibleWithToString value
    || elem (typeOf value) [ "null" "int" "float" "bool" ];
  isCoercibleToString = isStringLike;
  isStorePath =
    value: isStringLike value && (let text = toString value; in substring 0 1 text == "/" && dirOf text == storeDir);
  addContextFrom = source: target: substring 0 0 source + target;
  fileContents = file: removeSuffix "\n" (readFile file);
  readPathsFromFile =
    root: file:
    map (line: root + "/${line}") (
      filter (line: line != "" && !hasPrefix "#" line) (map (removeSuffix "\r") (splitString "\n" (readFile file)))
    );
  levenshtein =
    left: right:
    let
      width = stringLength right;
      rows = builtins.genList (row: builtins.genList (cell row) (width + 1)) (stringLength left + 1);
      at = row: column: elemAt (elemAt rows row) column;
      cell =
        row: column:
        if row == 0 then
          column
        else if column == 0 then
          row
        else
          lib.min (lib.min (at (row - 1) column + 1) (at row (column - 1) + 1)) (
            at (row - 1) (column - 1) + (if substring (row - 1) 1 left == substring (column - 1) 1 right then 0 else 1)
          );
    in
    at (stringLength left) width;
  levenshteinAtMost = limit: left: right: levenshtein left right <= limit;
}
